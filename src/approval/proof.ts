/** What approvals prove: for a rendition's hash, for recordings, for devices. */
import assert from 'node:assert/strict'
import { recordingsOf } from '../audio/index.ts'
import type { Instant } from '../base/time.ts'
import type { Db } from '../db/index.ts'
import { personKeys } from '../people/index.ts'
import { type Priority, type ScriptKind, submittedVersions } from '../scripts/index.ts'
import { holdsAt, type StandingApproval, standingApprovals } from './standing.ts'
import * as store from './store.ts'
import { merkleProofs } from './tree.ts'

/**
 * Shows that a rendition is approved: its position (`leaf`) among the hashes under the approval's root and
 * the sibling hashes up to it. No play starts before `from` or after `until`.
 */
export type RenditionProof = {
  approval: string
  leaf: number
  proof: string[]
  from: Instant
  until: Instant
}

/** The proof for one rendition, from the newest approval that stands; undefined when there is none. */
export async function proofFor(db: Db, sha256: string): Promise<RenditionProof | undefined> {
  return (await proofsFor(db, [sha256])).get(sha256)
}

/** `proofFor` for many renditions at once, by hash; those without a standing approval are left out. */
export async function proofsFor(db: Db, hashes: readonly string[]): Promise<Map<string, RenditionProof>> {
  const places = await store.approvalsOver(db, hashes)
  const kept = await store.approvalsById(
    db,
    places.map(({ approval }) => approval),
  )
  const standing = await standingOf(db, kept)
  const newest = new Map<string, { approval: StandingApproval; position: number }>()
  for (const { approval: id, sha256, position } of places) {
    const approval = standing.get(id)
    if (approval === undefined) continue
    const before = newest.get(sha256)?.approval
    if (before === undefined || isNewer(approval, before)) newest.set(sha256, { approval, position })
  }
  const proofs = new Map<string, RenditionProof>()
  for (const [id, found] of Map.groupBy(newest, ([, { approval }]) => approval.id)) {
    const leaves = await store.leavesOf(db, id)
    const positions = found.map(([, { position }]) => position)
    const proofOf = merkleProofs(leaves, positions)
    for (const [sha256, { approval, position }] of found) {
      assert.equal(leaves[position], sha256, 'leaves are kept in the order of the tree')
      const { from, until } = approval
      proofs.set(sha256, { approval: id, leaf: position, proof: proofOf.get(position) ?? [], from, until })
    }
  }
  return proofs
}

/** A recording that may be heard, and until when. `approval` is the newest that covers its renditions. */
export type ApprovedRecording = {
  script: string
  version: number
  kind: ScriptKind
  priority: Priority
  recording: string
  /** Whose greeting or variant it is; null = for every station. */
  station: string | null
  language: string
  milliseconds: number
  /** Spoken by a person and uploaded; otherwise made by a voice. */
  upload: boolean
  createdAt: Instant
  approval: string
  from: Instant
  until: Instant
}

/**
 * The recordings that may be heard at an instant: each of their renditions is under an approval of their
 * version that stands and holds at `now`. Ordered by script, version and recording. Ask with the instant of
 * the play that is being planned. Every version that is not withdrawn is here: which of several versions
 * plays is the schedule's choice.
 */
export async function approvedRecordings(db: Db, now: Instant): Promise<ApprovedRecording[]> {
  const standing = [...(await standingOf(db, await store.keptApprovals(db))).values()]
  const byVersion = Map.groupBy(
    standing.filter((approval) => holdsAt(approval, now)),
    ({ script, version }) => `${script}/${version}`,
  )
  const approved: ApprovedRecording[] = []
  for (const version of await submittedVersions(db)) {
    const approvals = byVersion.get(`${version.script}/${version.version}`)
    if (approvals === undefined) continue
    const coverOf = await newestCover(db, approvals)
    const { script, version: number, kind, priority } = version
    const recordings = await recordingsOf(db, { script, version: number })
    for (const { id, station, language, milliseconds, upload, createdAt, renditions } of recordings) {
      const covers = renditions.map(({ sha256 }) => coverOf.get(sha256))
      const window = windowOf(covers)
      if (window === undefined) continue
      approved.push({
        script,
        version: number,
        kind,
        priority,
        recording: id,
        station,
        language,
        milliseconds,
        upload: upload !== null,
        createdAt,
        ...window,
      })
    }
  }
  return approved.sort(
    (a, b) => compare(a.script, b.script) || a.version - b.version || compare(a.recording, b.recording),
  )
}

/** The signed statements of these approvals, byte for byte as devices get them; unknown ids are left out. */
export async function approvalEnvelopes(db: Db, ids: readonly string[]): Promise<Map<string, Uint8Array>> {
  return new Map((await store.approvalsById(db, ids)).map(({ id, envelope }) => [id, envelope]))
}

async function standingOf(
  db: Db,
  kept: readonly store.KeptApproval[],
): Promise<Map<string, StandingApproval>> {
  const standing = standingApprovals(kept, await submittedVersions(db), await personKeys(db))
  return new Map(standing.map((approval) => [approval.id, approval]))
}

async function newestCover(
  db: Db,
  approvals: readonly StandingApproval[],
): Promise<Map<string, StandingApproval>> {
  const covers = new Map<string, StandingApproval>()
  // Newest first: the first that covers a hash is the newest.
  for (const approval of approvals) {
    for (const sha256 of await store.leavesOf(db, approval.id)) {
      if (!covers.has(sha256)) covers.set(sha256, approval)
    }
  }
  return covers
}

/** When a recording may be heard: while all the approvals over its renditions hold; undefined when one lacks. */
function windowOf(
  covers: readonly (StandingApproval | undefined)[],
): { approval: string; from: Instant; until: Instant } | undefined {
  const held = covers.filter((cover) => cover !== undefined)
  const [first] = held
  if (first === undefined || held.length !== covers.length) return undefined
  const newest = held.reduce((best, cover) => (isNewer(cover, best) ? cover : best), first)
  const from =
    held
      .map((cover) => cover.from)
      .sort()
      .at(-1) ?? first.from
  const until = held.map((cover) => cover.until).sort()[0] ?? first.until
  return { approval: newest.id, from, until }
}

function isNewer(a: StandingApproval, b: StandingApproval): boolean {
  return a.at > b.at || (a.at === b.at && a.id > b.id)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
