/**
 * The sentences for what a speech server may do wrong. None quotes what the server said: a service that refuses a
 * key likes to repeat it.
 */
import { reasonOf, type Sentence } from '../../base/errors.ts'
import { VoiceError, type VoiceErrorCode } from './errors.ts'
import type { ServerEntry } from './list.ts'

/** The address is not on the entry's list of hosts. */
export function notAllowed({ name }: ServerEntry, url: URL): VoiceError {
  return new VoiceError('bad-voice', {
    vi: `Giọng ${name} không được phép hỏi máy chủ ${url.host}. Máy chủ được phép phải ghi trong mục hosts của voices.yaml.`,
    en: `The voice ${name} may not ask the server ${url.host}. Servers that are allowed stand under hosts in voices.yaml.`,
  })
}

/** The environment has no key of that name, or what is there cannot be one. */
export function noKey({ name }: ServerEntry, variable: string): VoiceError {
  return new VoiceError('auth', {
    vi: `Giọng ${name} cần khóa trong biến môi trường ${variable}, mà biến ấy chưa có hoặc không phải một khóa (chữ và số, không dấu cách). Hãy đặt biến rồi khởi động lại.`,
    en: `The voice ${name} needs a key in the environment variable ${variable}, which is not set or is no key (letters and figures, no spaces). Set it and start again.`,
  })
}

/** No answer at all: no such host, nobody listening, a redirect, a line that was cut before the answer. */
export function unreachable({ name }: ServerEntry, url: URL, error: unknown): VoiceError {
  const why = networkReason(error)
  return new VoiceError(
    'unavailable',
    {
      vi: `Không hỏi được máy chủ ${url.host} của giọng ${name} (${why}). Hãy xem máy chủ có đang chạy và mạng có thông không.`,
      en: `The server ${url.host} of the voice ${name} cannot be asked (${why}). See whether it runs and the network is up.`,
    },
    { cause: error, retryable: isCutLine(error) },
  )
}

/** The line was cut in the middle of the answer. */
export function brokenOff({ name }: ServerEntry, url: URL, error: unknown): VoiceError {
  return new VoiceError(
    'unavailable',
    {
      vi: `Máy chủ ${url.host} của giọng ${name} ngắt giữa chừng (${networkReason(error)}). Hãy thử lại; nếu vẫn vậy, xem máy chủ.`,
      en: `The server ${url.host} of the voice ${name} broke off in the middle (${networkReason(error)}). Try again; if it goes on, see to the server.`,
    },
    { cause: error, retryable: true },
  )
}

/** The time limit of the sentence has passed. */
export function tooSlowServer({ name, url }: ServerEntry, deadlineMs: number): VoiceError {
  const [host, seconds] = [new URL(url).host, Math.round(deadlineMs / 1000)]
  return new VoiceError('timeout', {
    vi: `Máy chủ ${host} của giọng ${name} không đọc xong một câu trong ${seconds} giây. Máy chủ có thể đang quá tải; hãy thử lại sau.`,
    en: `The server ${host} of the voice ${name} did not read a sentence within ${seconds} seconds. It may be overloaded; try again later.`,
  })
}

/** It went on sending. */
export function tooMuch({ name }: ServerEntry, url: URL, bytesMax: number): VoiceError {
  const size = Math.round(bytesMax / 1_048_576)
  return new VoiceError('internal', {
    vi: `Máy chủ ${url.host} của giọng ${name} gửi về hơn ${size} MB cho một câu, nên đã bị ngắt. Hãy xem lại url.`,
    en: `The server ${url.host} of the voice ${name} sent more than ${size} MB for one sentence and was cut off. See to the url.`,
  })
}

/** It said all is well and sent something else than sound. */
export function noSound({ name }: ServerEntry, url: URL, why: Sentence, bytes: number): VoiceError {
  return new VoiceError(bytes === 0 ? 'empty-audio' : 'internal', {
    vi: `Máy chủ ${url.host} của giọng ${name} không trả về âm thanh dùng được: ${why.vi}. Hãy xem lại url và cách đặt giọng.`,
    en: `The server ${url.host} of the voice ${name} did not answer with sound we can use: ${why.en}. See to the url and the voice's settings.`,
  })
}

type Meaning = { reason: VoiceErrorCode; retryable?: boolean; vi: string; en: string }

/** The refusal for an HTTP status; `field` is the field of the question that the server found fault with. */
export function refusalOfStatus({ name }: ServerEntry, url: URL, status: number, field: string): VoiceError {
  const { reason, retryable = false, vi, en } = meaningOf(status, field)
  return new VoiceError(
    reason,
    {
      vi: `Máy chủ ${url.host} của giọng ${name} trả lời ${status}: ${vi}.`,
      en: `The server ${url.host} of the voice ${name} answered ${status}: ${en}.`,
    },
    { retryable },
  )
}

function meaningOf(status: number, field: string): Meaning {
  switch (status) {
    case 400:
    case 422:
      return field === 'input' || field === 'text'
        ? {
            reason: 'bad-text',
            vi: 'không đọc được câu này. Hãy sửa câu',
            en: 'it cannot read this sentence. Change it',
          }
        : {
            reason: 'bad-voice',
            vi: 'không nhận cách đặt giọng này. Hãy xem lại settings trong voices.yaml',
            en: 'it does not take these settings. See to settings in voices.yaml',
          }
    case 401:
    case 403:
      return {
        reason: 'auth',
        vi: 'khóa không đúng hoặc hết quyền. Hãy xem lại khóa trong biến môi trường (key_from)',
        en: 'the key is wrong or has no right to this. See to the key in the environment variable (key_from)',
      }
    case 402:
      return {
        reason: 'quota',
        vi: 'tài khoản hết tiền. Hãy nạp thêm',
        en: 'the account is empty. Pay it in',
      }
    case 404:
      return {
        reason: 'bad-voice',
        vi: 'không có địa chỉ, giọng hoặc model này. Hãy xem lại url và settings trong voices.yaml',
        en: 'there is no such address, voice or model. See to url and settings in voices.yaml',
      }
    case 413:
      return {
        reason: 'too-long',
        vi: 'câu quá dài. Hãy chia thành nhiều câu',
        en: 'the sentence is too long. Split it',
      }
    case 429:
      return {
        ...{ reason: 'quota', retryable: true },
        vi: 'đã hỏi quá nhiều. Hãy chờ, hoặc xin hạn mức cao hơn',
        en: 'it was asked too often. Wait, or ask for a higher limit',
      }
    case 503:
      return {
        ...{ reason: 'unavailable', retryable: true },
        vi: 'đang quá tải hoặc bảo trì. Hãy thử lại sau',
        en: 'it is overloaded or being maintained. Try again later',
      }
    default:
      return {
        reason: 'internal',
        vi: 'nó bị lỗi. Hãy thử lại sau; nếu vẫn lỗi, báo cho người quản trị máy chủ ấy',
        en: 'it is out of order. Try again later; if it goes on, tell its administrator',
      }
  }
}

const cutLine = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']

function isCutLine(error: unknown): boolean {
  return cutLine.includes(codeOf(error))
}

/** `fetch` says only that it failed; its cause says why, by code or in words. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const code = codeOf(error)
  return code === '' ? reasonOf(cause) : code
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const { code } = error as NodeJS.ErrnoException
  if (typeof code === 'string') return code
  return error.cause === undefined ? '' : codeOf(error.cause)
}
