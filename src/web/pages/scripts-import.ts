/** Taking in a script that was written elsewhere: a Markdown file of the form that content/ has, or its text. */
import type { RequestHandler } from 'express'
import { AppError, type Sentence } from '../../base/errors.ts'
import { importScript, readScript } from '../../scripts/index.ts'
import { inTime, passed } from '../bodies.ts'
import { statusOf } from '../errors.ts'
import { guardAgain } from '../guard.ts'
import { fileIn, type SentFile } from '../one-file.ts'
import { type Page, send, visitOf, type Visit, type Web } from '../visit.ts'
import { reservedIds } from './editor-form.ts'
import { presentAt } from './me.ts'

/** Bytes of a file: ten times the longest script there is. */
export const fileBytesMax = 256 * 1024

/** `/scripts/import`: asks for the file. `shown`: its text, when it was refused. */
export function importPage(_web: Web, { say }: Visit, { refusal = '', shown = '' } = {}): Promise<Page> {
  const title = say('import.title')
  return Promise.resolve({
    view: 'scripts-import',
    title,
    section: 'scripts',
    model: { title, refusal, shown, help: say('import.help', { size: fileBytesMax / 1024 }) },
  })
}

/**
 * `POST /scripts/import`: keeps the script as the next version, a draft, and goes to it; the same file twice is one
 * version. Refused: the form again, with what is wrong and the text of the file with its lines numbered.
 */
export function imported(web: Web): RequestHandler {
  return async (request, response) => {
    const sent = await inTime(response, fileIn(request, { field: 'file', bytesMax: fileBytesMax })).then(
      (file) => ({ file, fault: undefined }),
      (fault: unknown) => {
        if (!(fault instanceof AppError)) throw fault
        return { file: undefined, fault }
      },
    )
    await passed(guardAgain(web), request, response)
    const visit = visitOf(web, request)
    const { file, fault } = sent
    try {
      if (fault !== undefined) throw fault
      const text = textOf(file)
      const read = readScript(text)
      if (!read.ok) throw new AppError('invalid', read.why)
      const author = presentAt(request).person.id
      if (reservedIds.includes(read.value.id)) throw new AppError('invalid', idTaken)
      const { script, version } = await importScript(web.database, read.value, { author, now: visit.now })
      response.redirect(303, `/scripts/${script}?version=${version}&saved=1`)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const refusal = error.sentence[visit.language]
      const page = await importPage(web, visit, { refusal, shown: numbered(file) })
      send(web, response, visit, page, statusOf[error.code])
    }
  }
}

const idTaken: Sentence = {
  vi: 'Mã bản tin (slug) này dành cho trang của chương trình. Hãy đặt mã khác.',
  en: 'This script id (slug) belongs to a page of the programme. Choose another one.',
}

function textOf(file: SentFile | undefined): string {
  if (file === undefined || file.bytes.length === 0) {
    throw new AppError('invalid', {
      vi: 'Chưa chọn tệp nào, hoặc tệp rỗng. Hãy chọn một tệp .md.',
      en: 'No file was chosen, or it is empty. Choose a .md file.',
    })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file.bytes)
  } catch (error) {
    const readable = new TextDecoder().decode(file.bytes)
    const line = readable.slice(0, readable.indexOf('\uFFFD')).split('\n').length
    throw new AppError(
      'invalid',
      {
        vi: `Dòng ${String(line)} có chữ không phải UTF-8. Hãy lưu tệp ở dạng Unicode UTF-8 rồi gửi lại.`,
        en: `Line ${String(line)} is not UTF-8. Save the file as Unicode UTF-8 and send it again.`,
      },
      { cause: error },
    )
  }
}

/** Lines that are shown of a file that was refused. */
const linesShown = 200

function numbered(file: SentFile | undefined): string {
  if (file === undefined) return ''
  const lines = new TextDecoder()
    .decode(file.bytes)
    .split(/\r\n?|\n/)
    .slice(0, linesShown)
  return lines.map((line, index) => `${String(index + 1).padStart(3)}  ${line.slice(0, 400)}`).join('\n')
}
