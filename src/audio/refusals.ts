/** The sentences for what audio work cannot go on without. */
import { AppError, reasonOf, type Sentence } from '../base/errors.ts'
import { cleanText } from '../base/text.ts'

/** Something every rendering needs is not there: no use in trying the next one before it is put right. */
export class StandstillError extends AppError {}

const packages = { ffmpeg: 'ffmpeg', ffprobe: 'ffmpeg', 'espeak-ng': 'espeak-ng' } as const
export type Program = keyof typeof packages

/** The programme is not installed. */
export function missingProgram(program: Program, cause?: unknown): AppError {
  const how = `apt-get install ${packages[program]}`
  return new StandstillError(
    'unavailable',
    {
      vi: `Máy này chưa có chương trình ${program}, nên không tạo được âm thanh. Hãy cài gói ${packages[program]} (lệnh: ${how}) rồi chạy lại.`,
      en: `The programme ${program} is not installed on this machine, so no audio can be made. Install the package ${packages[program]} (${how}) and run again.`,
    },
    { cause },
  )
}

/** The disk that holds the audio folder is full. */
export function diskFull(folder: string, cause?: unknown): AppError {
  return new StandstillError(
    'unavailable',
    {
      vi: `Ổ đĩa chứa thư mục âm thanh ${folder} đã đầy. Không có tệp dở dang nào được giữ lại; hãy dọn chỗ trống rồi chạy lại.`,
      en: `The disk that holds the audio folder ${folder} is full. No half-written file was kept; free some space and run again.`,
    },
    { cause },
  )
}

/** A programme that was there and did not do its work: the fault is its own, the file's, or the machine's load. */
export class ProgramError extends AppError {
  /** `slow`: it was stopped at its deadline. */
  readonly kind: 'failed' | 'slow'

  constructor(kind: 'failed' | 'slow', sentence: Sentence, options?: { cause?: unknown }) {
    super('unavailable', sentence, options)
    this.kind = kind
  }
}

/** Lines of a programme's report that go into a sentence, and characters of each. */
const lastLines = 6
const lineCharactersMax = 300

/** The end of a report as a sentence can hold it: the last lines that say something, cut to length. */
export function lastLinesOf(report: string): string[] {
  return report
    .slice(-100_000)
    .split(/[\r\n]+/)
    .map((line) => cleanText(line).trim().slice(0, lineCharactersMax))
    .filter((line) => line !== '')
    .slice(-lastLines)
}

/** The programme started but did not do its work; the last lines it printed say why. */
export function programFailed(program: Program, lines: readonly string[], cause?: unknown): AppError {
  const said = lines.length > 0 ? lines.join(' | ') : reasonOf(cause)
  return new ProgramError(
    'failed',
    {
      vi: `Chương trình ${program} không làm được việc: ${said}. Hãy thử lại; nếu vẫn lỗi, báo cho người quản trị.`,
      en: `The programme ${program} failed: ${said}. Try again; if it fails again, tell the administrator.`,
    },
    { cause },
  )
}

/** The programme ran longer than it may and was killed. */
export function programTooSlow(program: Program, deadlineMs: number): AppError {
  const seconds = Math.max(1, Math.round(deadlineMs / 1000))
  return new ProgramError('slow', {
    vi: `Chương trình ${program} chạy quá ${seconds} giây nên đã bị dừng. Máy có thể đang quá tải; hãy thử lại.`,
    en: `The programme ${program} ran longer than ${seconds} s and was stopped. The machine may be overloaded; try again.`,
  })
}

/** The sentence of a refusal, or one made of an unexpected error, for the record of failures. */
export function asRefusal(error: unknown): AppError {
  if (error instanceof AppError) return error
  return new AppError(
    'unavailable',
    {
      vi: `Không tạo được bản ghi: ${reasonOf(error)}.`,
      en: `The recording could not be made: ${reasonOf(error)}.`,
    },
    { cause: error },
  )
}
