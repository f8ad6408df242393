/** What approvals prove: for a rendition's hash, for recordings, for devices. */
import assert from 'node:assert/strict'
import { recordingsOf } from '../audio/index.ts'
import type { Instant } from '../base/time.ts'
import type { Db } from '../db/index.ts'
import { type Priority, type ScriptKind, submittedVersions } from '../scripts/index.ts'
import { type Cover, coverFinder, isNewer, windowOf } from './cover.ts'
import { approverKeys } from './enrolment.ts'
import { holdsAt, type StandingApproval, standingApprovals } from './standing.ts'
import * as store from './store.ts'
import { merkleProofs } from './tree.ts'

/**
 * Shows that a rendition is approved: its position (`leaf`) among the hashes under the approval's root and
 * the sibling hashes up to it; `second` the same for another person's approval where two people must have signed.
 * No play starts before `from` or after `until`.
 */
export type RenditionProof = Place & { second?: Place; from: Instant; until: Instant }

type Place = { approval: string; leaf: number; proof: string[] }

/**
 * The proof for one rendition, from the newest approvals that stand and are signatures enough; undefined when there
 * are none.
 */
export async function proofFor(db: Db, sha256: string): Promise<RenditionProof | undefined> {
  return (await proofsFor(db, [sha256])).get(sha256)
}

/** `proofFor` for many renditions at once, by hash; those without enough signatures are left out. */
export async function proofsFor(db: Db, hashes: readonly string[]): Promise<Map<string, RenditionProof>> {
  const places = await store.approvalsOver(db, hashes)
  const kept = await store.approvalsById(
    db,
    places.map(({ approval }) => approval),
  )
  const standing = await standingOf(db, kept)
  const covers = new Map<string, Cover>()
  const find = coverFinder()
  for (const [sha256, over] of Map.groupBy(places, ({ sha256 }) => sha256)) {
    const cover = find(over.flatMap(({ approval }) => standing.get(approval) ?? []))
    if (cover !== undefined) covers.set(sha256, cover)
  }
  const placeOf = await placesIn(db, places, covers)
  const proofs = new Map<string, RenditionProof>()
  for (const [sha256, cover] of covers) {
    const { from, until } = windowOf(cover)
    const second = cover.second && { second: placeOf(cover.second.id, sha256) }
    proofs.set(sha256, { ...placeOf(cover.first.id, sha256), ...second, from, until })
  }
  return proofs
}

/** Where the hashes stand in the trees of the approvals that cover them: each tree is climbed once. */
async function placesIn(
  db: Db,
  places: readonly { approval: string; sha256: string; position: number }[],
  covers: ReadonlyMap<string, Cover>,
): Promise<(approval: string, sha256: string) => Place> {
  const wanted = places.filter(({ approval, sha256 }) => {
    const cover = covers.get(sha256)
    return cover?.first.id === approval || cover?.second?.id === approval
  })
  const found = new Map<string, Place>()
  for (const [approval, over] of Map.groupBy(wanted, ({ approval }) => approval)) {
    const leaves = await store.leavesOf(db, approval)
    const proofOf = merkleProofs(
      leaves,
      over.map(({ position }) => position),
    )
    for (const { sha256, position: leaf } of over) {
      assert.equal(leaves[leaf], sha256, 'leaves are kept in the order of the tree')
      found.set(`${approval}/${sha256}`, { approval, leaf, proof: proofOf.get(leaf) ?? [] })
    }
  }
  return (approval, sha256) => {
    const place = found.get(`${approval}/${sha256}`)
    assert(place !== undefined, 'what covers a hash has it among its leaves')
    return place
  }
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
 * The recordings that may be heard at an instant: each of their renditions is under approvals of their version that
 * stand and hold at `now` and are signatures enough. Ordered by script, version and recording. Ask with the instant of
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
    const covers = await coversOf(db, approvals)
    const { script, version: number, kind, priority } = version
    const recordings = await recordingsOf(db, { script, version: number })
    for (const { id, station, language, milliseconds, upload, createdAt, renditions } of recordings) {
      const window = windowOfAll(renditions.map(({ sha256 }) => covers.get(sha256)))
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
  const standing = standingApprovals(kept, await submittedVersions(db), await approverKeys(db))
  return new Map(standing.map((approval) => [approval.id, approval]))
}

/** What covers each hash under these approvals, where they are signatures enough. */
async function coversOf(db: Db, approvals: readonly StandingApproval[]): Promise<Map<string, Cover>> {
  const over = new Map<string, StandingApproval[]>()
  for (const approval of approvals) {
    for (const sha256 of await store.leavesOf(db, approval.id)) {
      const known = over.get(sha256)
      if (known === undefined) over.set(sha256, [approval])
      else known.push(approval)
    }
  }
  const find = coverFinder()
  const covers = new Map<string, Cover>()
  for (const [sha256, known] of over) {
    const cover = find(known)
    if (cover !== undefined) covers.set(sha256, cover)
  }
  return covers
}

/** When a recording may be heard: while all that covers its renditions holds; undefined when one is not covered. */
function windowOfAll(
  covers: readonly (Cover | undefined)[],
): { approval: string; from: Instant; until: Instant } | undefined {
  const held = covers.filter((cover) => cover !== undefined)
  const [first] = held
  if (first === undefined || held.length !== covers.length) return undefined
  const newest = held.reduce((best, cover) => (isNewer(cover.first, best.first) ? cover : best), first)
  const windows = held.map(windowOf)
  const [from = ''] = windows.map((window) => window.from).sort((a, b) => (a > b ? -1 : 1))
  const [until = ''] = windows.map((window) => window.until).sort()
  return { approval: newest.first.id, from, until }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
