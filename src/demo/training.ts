/** Sample people, throwaway keys and a sample policy: what an exercise needs before the first script. */
import { confirmKey, enrolKey, signKeysDocument } from '../approval/index.ts'
import { contentFiles, sourceOf, submitScript } from '../cli/scripts.ts'
import type { Hub } from '../hub.ts'
import { addPerson } from '../people/index.ts'
import { setWindow } from '../schedule/index.ts'
import { importScript, type ScriptSource } from '../scripts/index.ts'
import { newSigningKey, type SigningKey } from '../wire/envelope.ts'
import { hubKey } from '../work.ts'
import type { TripOptions } from './trip.ts'

export const editor = 'bien-tap-mau'
export const approver = 'phe-duyet-mau'
/** One enrols the approver's key, the other confirms it. */
const admins = ['quan-tri-mau', 'quan-tri-mau-hai'] as const

/** Adds the sample people, a window that is always open, and a keys document signed by a throwaway root. */
export async function prepareExercise(hub: Hub): Promise<SigningKey> {
  const { database, clock } = hub.work
  const now = clock.now()
  await addPerson(database, { id: editor, name: 'Biên tập viên (mẫu)', role: 'editor', training: true, now })
  await addPerson(database, {
    id: approver,
    name: 'Người phê duyệt (mẫu)',
    role: 'approver',
    training: true,
    now,
  })
  for (const id of admins) {
    await addPerson(database, { id, name: 'Quản trị (mẫu)', role: 'admin', training: true, now })
  }
  await setWindow(database, {
    id: 'ca-ngay-mau',
    station: null,
    opens: '00:00',
    closes: '24:00',
    validFrom: '2021-01-01',
    validTo: null,
    sample: true,
    ...{ by: null, now },
  })
  const approverKey = newSigningKey()
  const { publicKey } = approverKey
  const kid = await enrolKey(database, { person: approver, publicKey, by: admins[0], now })
  await confirmKey(database, { kid, by: admins[1], now })
  const rootKey = newSigningKey()
  await signKeysDocument(database, {
    rootKey,
    hubPublicKey: (await hubKey(hub.work)).publicKey,
    training: true,
    now,
  })
  return approverKey
}

/** Brings in the greeting and the chosen bulletins and submits them; returns the bulletins. */
export async function submitScripts(hub: Hub, options: TripOptions): Promise<readonly ScriptSource[]> {
  const { work } = hub
  const all = contentFiles(work).map(sourceOf)
  const chosen = options.choose(all.filter((source) => source.kind === 'bulletin'))
  for (const source of [...all.filter((one) => one.kind === 'greeting'), ...chosen]) {
    const { script, version } = await importScript(work.database, source, {
      author: editor,
      now: work.clock.now(),
    })
    await submitScript(work, { script, version, by: editor, speakUnconfirmed: true })
  }
  return chosen
}
