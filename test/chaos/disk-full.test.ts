import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { recordingsOf, renderFailures } from '../../src/audio/index.ts'
import { OfficeProcesses, openPeople, submitText, until } from '../support/simulation-processes.ts'

let office: OfficeProcesses
let audio: string
let mounted = false

beforeEach(() => {
  office = new OfficeProcesses()
  audio = join(office.folder, 'audio')
})
afterEach(async () => {
  await office.hub?.stop()
  if (mounted) spawnSync('umount', [audio])
  mounted = false
  await office.close()
})

/** Puts a disk of so many KiB where the hub keeps its recordings. Says why not, when it may not. */
function smallDisk(kibibytes: number): string | undefined {
  mkdirSync(audio, { recursive: true })
  const { status, stderr, error } = spawnSync('mount', [
    '-t',
    'tmpfs',
    '-o',
    `size=${kibibytes}k`,
    'loa-test',
    audio,
  ])
  mounted = status === 0
  return mounted ? undefined : (error?.message ?? stderr.toString().trim())
}

/** Files of any kind under the hub's audio folder. */
function files(): string[] {
  return readdirSync(audio, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
}

it('a full disk stops no hub: nothing half done is kept, the reason is, and with room the recording is made', async (context) => {
  const why = smallDisk(16)
  if (why !== undefined) {
    process.stderr.write(`skipped: a small disk cannot be mounted here (${why})\n`)
    context.skip(why)
  }
  await office.work(async (work) => {
    await openPeople(work)
    await submitText(work, 'tin-moi', 'Bà con nhớ gọi một một một, gọi không mất tiền, ai cũng gọi được.')
  })
  office.startHub()
  const failures = (): Promise<Awaited<ReturnType<typeof renderFailures>>> =>
    office.work(({ database }) => renderFailures(database))
  await until('the reason why there is no recording', async () => (await failures()).length > 0, 60)
  const [failure] = await failures()
  expect(failure).toMatchObject({ script: 'tin-moi', version: 1, tries: 0 })
  expect(failure!.why.vi).toMatch(/đầy|hết chỗ|dung lượng/)
  expect(failure!.why.en).toMatch(/full/)
  expect(office.hub!.alive).toBe(true)
  expect(
    await office.work(({ database }) => recordingsOf(database, { script: 'tin-moi', version: 1 })),
  ).toEqual([])
  expect(files()).toEqual([])

  expect(spawnSync('mount', ['-o', 'remount,size=65536k', audio]).status).toBe(0)
  await until(
    'the recording',
    async () =>
      (await office.work(({ database }) => recordingsOf(database, { script: 'tin-moi', version: 1 })))
        .length > 0,
    60,
  )
  const [recording] = await office.work(({ database }) =>
    recordingsOf(database, { script: 'tin-moi', version: 1 }),
  )
  const names = recording!.renditions.map(({ sha256, codec }) => `${sha256}.${codec}`)
  expect(files().toSorted()).toEqual(names.toSorted())
  expect(await failures()).toEqual([])
}, 150_000)
