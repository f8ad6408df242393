/** The last step of the page: signing with a passkey, or the command that signs instead. */
import { madePasskeys, statementToSign } from '../../approval/index.ts'
import { optionsToSign } from '../passkeys.ts'
import type { Visit, Web } from '../visit.ts'
import type { Looked } from './approvals-version.ts'

/** What the page offers: `forms`, one for each passkey in force; else `why` not; the command always. Null: nothing to sign. */
export async function signModel(web: Web, visit: Visit, looked: Looked): Promise<object | null> {
  const { standing, hearing, version } = looked
  const { say, person } = visit
  const draft = standing?.draft ?? null
  if (standing === null || draft === null || hearing === null || person === undefined) return null
  const root = draft.statement.root.slice(0, 16)
  const command = `loa approve ${version.script} ${version.version} --by ${person.id} --key-file khoa-duyet.pem --root ${root}`
  const forms = standing.keyRefusal === null ? await formsOf(web, visit, looked) : []
  const offered = forms.length > 0 && hearing.leftMs === 0
  return {
    command,
    heard: hearing.leftMs === 0,
    why: offered ? '' : whyNot(visit, looked, forms.length > 0),
    urgent: standing.lacksEd25519 ? say('approvals.urgent-why') : '',
    forms: offered ? forms : [],
  }
}

function whyNot({ say }: Visit, { standing, place, hearing }: Looked, some: boolean): string {
  if (standing === null || standing.keyRefusal !== null || standing.lacksEd25519) return ''
  if (standing.key?.passkey === null) return say('approvals.only-ed25519')
  if (!place.ok) return say(`keys.place-${place.why}`, { here: place.here })
  if (!some) return say('approvals.other-domain')
  return hearing !== null && hearing.leftMs > 0 ? say('approvals.hear-first') : ''
}

/** A form for each passkey of this person that is in force and of this place. */
async function formsOf(
  web: Web,
  visit: Visit,
  { standing, place, hearing, version }: Looked,
): Promise<object[]> {
  const { person, now, say } = visit
  if (!place.ok || person === undefined || !mayUsePasskey(standing)) return []
  const made = (await madePasskeys(web.database, { person: person.id })).filter(
    ({ rpId, origin }) => rpId === place.rpId && origin === place.origin,
  )
  const forms: object[] = []
  const { script, version: number } = version
  for (const passkey of made) {
    if (!standing.passkeys.includes(passkey.kid)) continue
    if (hearing === null || hearing.leftMs > 0) {
      forms.push({})
      continue
    }
    const asked = { script, version: number, approver: person.id, kid: passkey.kid, now }
    const { document, challenge } = await statementToSign(web.database, asked)
    forms.push({
      ...{ kid: passkey.kid, rpId: place.rpId, action: `/approvals/${script}/${number}/sign` },
      document: Buffer.from(document).toString('base64url'),
      options: JSON.stringify(await optionsToSign(passkey, challenge)),
      button: made.length === 1 ? say('approvals.sign') : say('approvals.sign-with', { kid: passkey.kid }),
    })
  }
  return forms
}

/** Urgent: a passkey adds the second signature to one that was made from the files themselves, and is never the first. */
function mayUsePasskey(standing: Looked['standing']): standing is NonNullable<Looked['standing']> {
  return standing !== null && (!standing.lacksEd25519 || standing.signedWithEd25519)
}
