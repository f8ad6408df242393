/**
 * A desk as it is on a working day: people with their keys, a register of facts, placeholders, and small
 * scripts that go through the real ways (import, submit, approve) on a real database in memory.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { signKeysDocument } from '../../src/approval/index.ts'
import type { Instant } from '../../src/base/time.ts'
import { closeDatabase, type Database, openMemoryDatabase } from '../../src/db/index.ts'
import { addPerson, type Role } from '../../src/people/index.ts'
import {
  importFacts,
  importScript,
  loadPlaceholders,
  type Placeholder,
  readScript,
  type ScriptSource,
  submitVersion,
} from '../../src/scripts/index.ts'
import { newSigningKey, type SigningKey } from '../../src/wire/envelope.ts'
import { giveKey } from './approvers.ts'

/** A Monday morning in Quảng Nam: 23 November 2026, 08:00. */
export const monday: Instant = '2026-11-23T01:00:00.000Z'

export type Keyed = SigningKey & { publicKey: string }

export type Desk = {
  database: Database
  /** Holds facts/facts.yaml and placeholders.yaml. */
  contentFolder: string
  placeholders: Placeholder[]
  keys: { lan: Keyed; minh: Keyed; tap: Keyed }
  /** The root signs who may sign what: documents of exercises first, then of real work. */
  rootSigns(now: Instant): Promise<void>
  close(): Promise<void>
}

const everyone: [id: string, name: string, role: Role, training: boolean][] = [
  ['an', 'Nguyễn Văn An', 'editor', false],
  ['binh', 'Trần Thị Bình', 'editor', false],
  ['lan', 'Lê Thị Lan', 'approver', false],
  ['minh', 'Phạm Quang Minh', 'approver', false],
  ['hoa', 'Hồ Thị Hoa', 'operator', false],
  ['soan-tap', 'Người soạn tập huấn', 'editor', true],
  ['duyet-tap', 'Người duyệt tập huấn', 'approver', true],
]

/**
 * Opens a desk on `monday`: editors an and binh, approvers lan and minh with keys, operator hoa, and people for
 * exercises. The root has signed their keys, those of exercises first, unless `signed` is false. `database`: to
 * begin with, in place of an empty one.
 */
export async function openDesk(options: { signed?: boolean; database?: Database } = {}): Promise<Desk> {
  const contentFolder = mkdtempSync(join(tmpdir(), 'loa-desk-'))
  mkdirSync(join(contentFolder, 'facts'))
  writeFileSync(join(contentFolder, 'facts', 'facts.yaml'), factsYaml)
  writeFileSync(join(contentFolder, 'placeholders.yaml'), placeholdersYaml)
  const database = options.database ?? openMemoryDatabase()
  for (const [id, name, role, training] of everyone)
    await addPerson(database, { id, name, role, training, now: monday })
  const keys = { lan: newSigningKey(), minh: newSigningKey(), tap: newSigningKey() }
  await giveKey(database, { person: 'lan', publicKey: keys.lan.publicKey, now: monday })
  await giveKey(database, { person: 'minh', publicKey: keys.minh.publicKey, now: monday })
  await giveKey(database, { person: 'duyet-tap', publicKey: keys.tap.publicKey, now: monday })
  const [rootKey, hubPublicKey] = [newSigningKey(), newSigningKey().publicKey]
  const rootSigns = async (now: Instant): Promise<void> => {
    for (const training of [true, false]) {
      await signKeysDocument(database, { rootKey, hubPublicKey, training, now })
    }
  }
  if (options.signed !== false) await rootSigns(monday)
  await importFacts(database, contentFolder, monday)
  return {
    database,
    contentFolder,
    placeholders: loadPlaceholders(contentFolder),
    keys,
    rootSigns,
    async close() {
      await closeDatabase(database)
      rmSync(contentFolder, { recursive: true, force: true })
    },
  }
}

/** A script's Markdown; `head` replaces or adds fields of its front matter, as YAML. */
export function markdown(body: string, head: Readonly<Record<string, string>> = {}): string {
  const fields = {
    title: 'Tìm việc trên mạng',
    title_en: 'Looking for work online',
    slug: 'tim-viec',
    audience: '[mọi người]',
    language: 'vi',
    valid_from: "'2026-01-01'",
    valid_to: "''",
    priority: 'thong-thuong',
    ...head,
  }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`)
  return `---\n${lines.join('\n')}\n---\n${body}\n`
}

/** The source of a script; fails when it cannot be read. */
export function source(body: string, head: Readonly<Record<string, string>> = {}): ScriptSource {
  const read = readScript(markdown(body, head))
  if (!read.ok) throw new Error(read.why.en)
  return read.value
}

/** Imports and submits a text as its script's next version. By an, on `monday`, unless said otherwise. */
export async function submitted(
  desk: Desk,
  body: string,
  more: { head?: Readonly<Record<string, string>>; author?: string; by?: string; now?: Instant } = {},
): Promise<{ script: string; version: number }> {
  const { head = {}, author = 'an', by = author, now = monday } = more
  const { script, version } = await importScript(desk.database, source(body, head), { author, now })
  const { database, placeholders } = desk
  await submitVersion(database, { script, version, by, now, placeholders, speakUnconfirmed: false })
  return { script, version }
}

// Sample facts: invented for these tests where they are not the real hotlines.
const factsYaml = `
facts:
  - { id: hotline-111, kind: hotline, name_vi: Tổng đài quốc gia, name_en: National line, value: '111', spoken: một một một,
      status: confirmed, valid_from: '2025-09-19', valid_to: '', source: NĐ 162/2025, checked_on: '2026-11-01' }
  - { id: hotline-province, kind: hotline, name_vi: Đường dây của tỉnh, name_en: Provincial line, value: '18001581',
      status: needs-confirmation, valid_from: '2021-07-09', valid_to: '', source: KH 4215, checked_on: '2026-11-01' }
  - { id: law-old, kind: law, name_vi: Luật cũ, name_en: The old law, value: luật cũ,
      status: confirmed, valid_from: '2012-01-01', valid_to: '2025-07-01', source: mẫu, checked_on: '2026-11-01' }
  - { id: law-coming, kind: law, name_vi: Luật sắp tới, name_en: The coming law, value: luật mới,
      status: confirmed, valid_from: '2027-01-01', valid_to: '', source: mẫu, checked_on: '2026-11-01' }
  - { id: loan-2026, kind: figure, name_vi: Mức vay năm 2026, name_en: Loan of 2026, value: năm mươi triệu đồng,
      status: confirmed, valid_from: '2026-01-01', valid_to: '2027-01-01', source: mẫu, checked_on: '2026-11-01' }
  - { id: figure-open, kind: figure, name_vi: Con số chưa chắc, name_en: A figure to confirm, value: mười,
      status: needs-confirmation, valid_from: '2026-01-01', valid_to: '', source: mẫu, checked_on: '2026-11-01' }
`

const placeholdersYaml = `
placeholders:
  - { name: unit, source: registry.unit, where: both, meaning_vi: đơn vị, meaning_en: unit }
  - { name: station, source: registry.station, where: greeting, meaning_vi: đài, meaning_en: station }
  - { name: hotline.national, fact: hotline-111, where: script, meaning_vi: tổng đài, meaning_en: national line }
  - { name: hotline.province, fact: hotline-province, where: script, meaning_vi: của tỉnh, meaning_en: provincial line }
  - { name: law.old, fact: law-old, where: script, meaning_vi: luật cũ, meaning_en: the old law }
  - { name: law.coming, fact: law-coming, where: script, meaning_vi: luật mới, meaning_en: the coming law }
  - { name: loan, fact: loan-2026, where: script, meaning_vi: mức vay, meaning_en: loan }
  - { name: missing, fact: no-such-fact, where: script, meaning_vi: không có, meaning_en: not there }
`
