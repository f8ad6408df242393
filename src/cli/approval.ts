/** `loa approval` and `loa approve`: what waits for a signature, and signing it from the files themselves. */
import type { Command } from 'commander'
import { approve, awaitingApproval, draftStatement, readForSigning } from '../approval/index.ts'
import { dayOf } from '../base/calendar.ts'
import { fromMilliseconds } from '../base/time.ts'
import type { Work } from '../work.ts'
import { passphraseOf, readKeyFile } from './keys.ts'
import { versionGiven } from './scripts.ts'
import { type Answer, argument, type Given, optional, required, table, workCommand } from './shell.ts'
import { priorityWord } from './words.ts'

export function approvalCommands(program: Command): void {
  const approval = program.command('approval').description('phê duyệt · approval')
  workCommand(approval, 'list', 'đang chờ duyệt · waiting for approval', waitingAnswer)
  signing(approval, 'sign <script> <version>')
  signing(program, 'approve <script> <version>')
}

async function waitingAnswer(work: Work): Promise<Answer> {
  const waiting = await awaitingApproval(work.database, work.clock.now())
  const lines = table(
    ['bản tin', 'bản', 'bản ghi', 'giây', 'mã gốc', 'chữ ký', 'người trình', 'tiêu đề'],
    waiting.map((one) => [
      ...[one.script, one.version, one.recordings, Math.round(one.seconds), one.root.slice(0, 16)],
      `${new Set(one.signedBy.map(({ person }) => person)).size}/${one.wanted.people}`,
      ...[one.submittedBy, one.title],
    ]),
  )
  return {
    json: waiting,
    lines: waiting.length === 0 ? ['Không có gì chờ duyệt · nothing is waiting for approval'] : lines,
  }
}

function signing(parent: Command, usage: string): void {
  workCommand(
    parent,
    usage,
    'đọc lại mọi tệp âm thanh trên máy này rồi ký duyệt bằng khóa của mình · read every audio file on this machine, then sign',
    signAnswer,
  )
    .requiredOption('--by <person>', 'người duyệt · approver')
    .requiredOption('--key-file <file>', 'tệp khóa; mật khẩu trong LOA_PASSPHRASE · key file')
    .option(
      '--root <root>',
      'chỉ duyệt đúng những bản ghi có mã gốc này trong loa approval list · sign only what was listed under this root',
    )
    .option('--look', 'chỉ đọc và xem sẽ ký gì, không ký · read and show only, sign nothing')
}

async function signAnswer(work: Work, given: Given): Promise<Answer> {
  const key = readKeyFile(required(given, 'keyFile'), passphraseOf(work))
  const [script, version] = [argument(given, 0), versionGiven(argument(given, 1))]
  const wanted = { script, version, approver: required(given, 'by'), kid: key.kid, now: work.clock.now() }
  const draft = await draftStatement(work.database, wanted)
  const read = await readForSigning(work.database, work.audioFolder, draft)
  const { statement } = draft
  const told = [
    `bản tin · script         ${script}, bản · version ${String(version)}`,
    `ngôn ngữ · languages     ${statement.languages.join(', ')}`,
    `nơi nghe · area          ${areaWord(statement.area)}`,
    `hiệu lực · validity      ${dayOf(fromMilliseconds(statement.from))} – ${dayOf(fromMilliseconds(statement.until))}`,
    `mức · highest priority   ${priorityWord[statement.priority]}`,
    `tệp đã đọc · files read  ${String(read.files)} (${(read.bytes / 1_048_576).toFixed(1)} MiB)`,
    `mã gốc · root            ${read.root}`,
  ]
  if (given.options['look'] === true) return { json: { statement, ...read }, lines: told }
  // What was read is what is signed. A root that somebody named and that is not this one is refused by `approve`.
  const named = optional(given, 'root')?.trim().toLowerCase()
  const isRead = named === undefined || (named.length >= 8 && read.root.startsWith(named))
  const root = isRead ? read.root : named
  const result = await approve(work.database, { ...wanted, key, root })
  const waiting = (await awaitingApproval(work.database, wanted.now)).find(
    (one) => one.script === script && one.version === version,
  )
  return {
    json: { ...result, statement, ...read },
    lines: [...told, ...outcome(result, waiting !== undefined)],
  }
}

function outcome(
  { approval, renditions }: { approval: string; renditions: number },
  waits: boolean,
): string[] {
  const signed = [
    `Đã ký ${String(renditions)} tệp âm thanh (phê duyệt ${approval}). Bản ghi tạo ra sau lúc này cần duyệt thêm: loa approval list`,
    `${String(renditions)} audio files are signed (approval ${approval}). Recordings made after this need another approval: loa approval list`,
  ]
  const second = [
    'Chưa phát được: cần thêm chữ ký của một người phê duyệt khác.',
    'Nothing is heard yet: another approver must sign too.',
  ]
  return waits ? [...signed, ...second] : signed
}

function areaWord(area: 'all' | string[] | undefined): string {
  if (area !== undefined && area !== 'all') return area.join(', ')
  return 'toàn tỉnh · the whole province'
}
