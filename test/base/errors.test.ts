import { describe, expect, it } from 'vitest'
import { AppError, isDiskFull, reasonOf } from '../../src/base/errors.ts'

const full = Object.assign(new Error('write'), { code: 'ENOSPC' })

describe('refusals', () => {
  it('carry a code and the sentence in both languages; the English one stands in logs', () => {
    const error = new AppError('conflict', { vi: 'Đã có rồi.', en: 'It is there already.' })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'AppError', code: 'conflict', message: 'It is there already.' })
    expect(error.sentence.vi).toBe('Đã có rồi.')
  })

  it('keep what caused them', () => {
    const error = new AppError('unavailable', { vi: 'Hết chỗ.', en: 'No room.' }, { cause: full })
    expect(error.cause).toBe(full)
  })
})

describe('a full disk', () => {
  it.each(['ENOSPC', 'EDQUOT', 'SQLITE_FULL'])('is known by %s', (code) => {
    expect(isDiskFull(Object.assign(new Error('x'), { code }))).toBe(true)
  })

  it('is known through whatever wraps it', () => {
    const outer = new AppError('unavailable', { vi: 'Không ghi được.', en: 'Cannot write.' }, { cause: full })
    expect(isDiskFull(new Error('rendering', { cause: outer }))).toBe(true)
  })

  it('is nothing else', () => {
    expect(isDiskFull(Object.assign(new Error('x'), { code: 'EACCES' }))).toBe(false)
    expect(isDiskFull('ENOSPC')).toBe(false)
    expect(isDiskFull(undefined)).toBe(false)
  })
})

it('whatever is thrown has a reason in one line', () => {
  expect(reasonOf(new Error('no file'))).toBe('no file')
  expect(reasonOf('no file')).toBe('no file')
  expect(reasonOf(undefined)).toBe('undefined')
})
