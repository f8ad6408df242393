/**
 * Approving in a real browser with a virtual authenticator: the passkey is made, two people vouch for it, the root signs,
 * all is heard, the passkey signs, and a controller believes it. Nothing serious for axe, nothing wider than a phone,
 * no error on the console; a picture of each page in `test-results/web`.
 */
import { execFileSync } from 'node:child_process'
import { type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { approvalEnvelopes, currentKeysDocument, proofFor, versionStates } from '../../src/approval/index.ts'
import { audioPath } from '../../src/audio/index.ts'
import { writeWhole } from '../../src/base/files.ts'
import { sha256 } from '../../src/base/hash.ts'
import { type Clock, plusMilliseconds } from '../../src/base/time.ts'
import { approverKeyOf, openApprovalEnvelope } from '../../src/wire/approval.ts'
import { openEnvelope, readPublicKey } from '../../src/wire/envelope.ts'
import { provesLeaf } from '../../src/wire/merkle.ts'
import { KeysDocument } from '../../src/wire/messages.ts'
import { lackingOf } from '../../src/wire/signatures.ts'
import { monday, submitted } from '../support/desk.ts'
import { putStations } from '../support/stations.ts'
import { clearRooms, openRoom, putVariant, type Room, secretsOf } from './approval-world.ts'
import { faultsOf, openBrowser, type Opened, openPage } from './looking.ts'

let browser: Browser
let room: Room

/** Begins on the desk's Monday and runs as fast as any: players take their time. */
const begun = performance.now()
const clock: Clock = {
  now: () => plusMilliseconds(monday, 60_000 + Math.round(performance.now() - begun)),
  wait: () => Promise.resolve(),
}

beforeAll(async () => {
  browser = await openBrowser()
  room = await openRoom({ clock })
  await submitted(room.desk, 'Kính chào bà con {{unit}}. Hỏi kỹ rồi hãy đi.')
  await putStations(room.desk.database, ['tt-1', 'tt-2'])
  for (const [station, place] of [
    ['tt-1', 'xã Trà Leng'],
    ['tt-2', 'phường Hội An'],
  ] as const) {
    const input = ['-f', 'lavfi', '-i', 'sine=440:duration=1.3', '-ar', '24000', '-ac', '1', '-f', 'mp3', '-']
    const sound = execFileSync('ffmpeg', ['-v', 'error', ...input])
    const bytes = Buffer.concat([sound, Buffer.from(station)])
    const texts = [`Kính chào bà con ${place}.`, 'Hỏi kỹ rồi hãy đi.']
    const variant = { script: 'tim-viec', version: 1, station, texts, bytes, milliseconds: 600 }
    await putVariant(room.desk.database, variant)
    await writeWhole(audioPath(room.audioFolder, sha256(bytes), 'mp3'), bytes)
  }
}, 60_000)

afterAll(async () => {
  await room.close()
  await clearRooms()
})

const opensAs = (who: string, { width = 1280, script = true } = {}): Promise<Opened> =>
  openPage(browser, { width, script, as: { cookies: room.cookies(who), url: room.origin } })

/** Looks the page over, and takes its picture; `closely`: axe looks too, once at each page. */
async function look(page: Page, name: string, { closely = true } = {}): Promise<void> {
  const more = ['main input[type=checkbox]']
  expect(await faultsOf(page, name, { more, rules: closely ? undefined : [] })).toEqual([])
}

async function presses(who: string, button: string): Promise<void> {
  const { context, page, errors } = await opensAs(who)
  await page.goto(`${room.origin}/keys`)
  await look(page, `keys-${who}`, { closely: who === 'quan-tri' })
  await page.click(`main button:has-text("${button}")`)
  await page.waitForURL(/done=/)
  expect(errors).toEqual([])
  await context.close()
}

describe('an approver with a passkey', () => {
  it(
    'makes it, is vouched for, hears everything and signs; controllers believe it',
    { timeout: 120_000 },
    async () => {
      const { context, page, errors } = await opensAs('lan')
      const session = await context.newCDPSession(page)
      await session.send('WebAuthn.enable')
      await session.send('WebAuthn.addVirtualAuthenticator', {
        options: {
          ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
          ...{ isUserVerified: true, automaticPresenceSimulation: true },
        },
      })
      await page.goto(`${room.origin}/keys`)
      const { password, code } = await secretsOf(room, 'lan')
      await page.fill('#make-password', password)
      await page.fill('#make-code', code)
      await page.click('main button:has-text("Tạo passkey")')
      await page.waitForURL(/done=made/)
      await presses('quan-tri', 'Ghi nhận khóa')
      await presses('quan-tri-hai', 'Xác nhận khóa')
      await room.desk.rootSigns(clock.now())
      await page.goto(`${room.origin}/approvals`)
      await look(page, 'approvals', { closely: false })
      await page.click('main table a')
      await look(page, 'approval', { closely: false })
      const count = await page.locator('[data-play]').count()
      expect(count).toBe(3)
      for (let index = 1; index <= count; index += 1) {
        await page.evaluate(
          `(() => { const player = document.querySelector('#nghe-${index} audio'); player.muted = true; return player.play().catch(() => undefined) })()`,
        )
        if (index < count) await page.waitForSelector(`#nghe-${index} .chip.met`, { timeout: 20_000 })
        else await page.waitForSelector('[data-sign]:not([hidden])', { timeout: 20_000 })
      }
      await look(page, 'approval-heard')
      await page.click('[data-sign] button')
      await page.waitForURL(/done=signed/)
      await look(page, 'approval-signed')
      expect(await page.textContent('main .chip')).toContain('đã duyệt, đang hiệu lực')
      expect(errors).toEqual([])
      await context.close()
      await controllersBelieve()
    },
  )

  async function controllersBelieve(): Promise<void> {
    const { database } = room.desk
    expect((await versionStates(database, clock.now())).get('tim-viec/1')).toBe('in-force')
    const { envelope, rootPublicKey } = (await currentKeysDocument(database))!
    const keys = openEnvelope('keys', KeysDocument, envelope, () => readPublicKey(rootPublicKey))
    if (!keys.ok) throw new Error(keys.why)
    const { sha256: leaf } = await database.selectFrom('rendition').select('sha256').executeTakeFirstOrThrow()
    const place = (await proofFor(database, leaf))!
    const sealed = (await approvalEnvelopes(database, [place.approval])).get(place.approval)!
    const opened = openApprovalEnvelope(sealed, (kid) => {
      const entry = keys.value.document.keys.find((key) => key.kid === kid)
      return entry && approverKeyOf(entry)
    })
    if (!opened.ok) throw new Error(opened.why)
    expect(opened.value).toMatchObject({ kind: 'passkey', person: 'lan' })
    expect(lackingOf([opened.value])).toBeUndefined()
    const { root, leaves: many } = opened.value.statement
    expect(provesLeaf({ leaf, position: place.leaf, count: many, proof: place.proof }, root)).toBe(true)
  }
})

describe('without any script, on a phone', () => {
  it(
    'another approver hears by buttons, and is shown the command that signs',
    { timeout: 60_000 },
    async () => {
      const next = await submitted(room.desk, 'Bản hai của {{unit}}. Hỏi kỹ rồi hãy đi.')
      await putVariant(room.desk.database, { ...next, texts: ['Hỏi kỹ rồi hãy đi.'], milliseconds: 300 })
      const { context, page } = await opensAs('minh', { width: 360, script: false })
      await page.goto(`${room.origin}/approvals/tim-viec/2`)
      expect(await page.isVisible('main del')).toBe(true)
      await page.click('button:has-text("Bắt đầu nghe")')
      await page.waitForTimeout(350)
      await page.click('button:has-text("Đã nghe xong")')
      expect(await page.textContent('[data-progress]')).toContain('Đã nghe đủ 1 phần')
      expect(await page.isVisible('#ky code')).toBe(true)
      await context.close()
    },
  )

  it('the pages are usable at the width of a phone', { timeout: 60_000 }, async () => {
    const { context, page, errors } = await opensAs('minh', { width: 360 })
    for (const [address, name] of [
      ['/approvals', 'approvals'],
      ['/approvals/tim-viec/2', 'approval'],
      ['/keys', 'keys'],
      ['/keys?lang=en', 'keys-english'],
    ] as const) {
      await page.goto(room.origin + address)
      await look(page, name)
    }
    expect(errors).toEqual([])
    await context.close()
  })
})
