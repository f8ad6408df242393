/** The sentences for files that cannot be taken at all: nothing of them is kept. */
import { AppError, type Sentence } from '../../base/errors.ts'
import { figure } from '../../base/text.ts'

/** A file that is kept may be so large; a recording may be so long and must be so long. */
export const bytesMax = 200 * 1024 * 1024
export const secondsMax = 20 * 60
export const secondsMin = 3

/** What to bring instead: the end of most of these sentences. */
const bring: Sentence = {
  vi: 'Hãy gửi bản ghi âm dạng WAV, MP3, M4A, OGG, FLAC, AMR, 3GP hoặc WEBM',
  en: 'Bring a sound recording as WAV, MP3, M4A, OGG, FLAC, AMR, 3GP or WEBM',
}

/** “`name`” is not a sound file but something people mistake for one. */
export function notSound(name: string, is: Sentence): AppError {
  return new AppError('invalid', {
    vi: `“${name}” là ${is.vi}, không phải bản ghi âm. ${bring.vi}.`,
    en: `“${name}” is ${is.en}, not a sound recording. ${bring.en}.`,
  })
}

export function noSound(name: string): AppError {
  return new AppError('invalid', {
    vi: `Trong “${name}” không có âm thanh. ${bring.vi}.`,
    en: `There is no sound in “${name}”. ${bring.en}.`,
  })
}

export function video(name: string): AppError {
  return new AppError('invalid', {
    vi: `“${name}” là video. Loa chỉ phát tiếng: hãy dùng phần Ghi âm của điện thoại, hoặc xuất riêng phần tiếng ra MP3 rồi gửi lại.`,
    en: `“${name}” is a video. Loudspeakers carry sound only: record with the phone's voice recorder, or export the sound alone as MP3, and send that.`,
  })
}

export function otherCodec(name: string, codec: string): AppError {
  return new AppError('invalid', {
    vi: `Âm thanh trong “${name}” mã hóa kiểu ${codec}, chưa nhận được. ${bring.vi}.`,
    en: `The sound in “${name}” is coded as ${codec}, which is not taken. ${bring.en}.`,
  })
}

export function empty(name: string): AppError {
  return new AppError('invalid', {
    vi: `Tệp “${name}” rỗng (0 byte). Hãy xem lại tệp gốc trên điện thoại rồi gửi lại.`,
    en: `The file “${name}” is empty (0 bytes). Look at the original on the phone and send it again.`,
  })
}

export function tooLarge(name: string, bytes: number): AppError {
  const [is, may] = [figure(bytes / 1024 / 1024), figure(bytesMax / 1024 / 1024)]
  return new AppError('invalid', {
    vi: `“${name}” nặng ${is} MB, quá mức ${may} MB. Hãy xuất ra MP3 hoặc M4A cho nhẹ rồi gửi lại.`,
    en: `“${name}” has ${is} MB; at most ${may} MB are taken. Export it as MP3 or M4A, which is smaller, and send that.`,
  })
}

export function tooLong(name: string): AppError {
  return new AppError('invalid', {
    vi: `“${name}” dài hơn ${secondsMax / 60} phút. Một bản tin nên dài 1 đến 2,5 phút; hãy cắt bớt rồi gửi lại.`,
    en: `“${name}” is longer than ${secondsMax / 60} minutes. A bulletin should last 1 to 2.5 minutes; cut it and send it again.`,
  })
}

export function tooShort(name: string, seconds: number): AppError {
  return new AppError('invalid', {
    vi: `“${name}” chỉ có ${figure(seconds)} giây tiếng; cần ít nhất ${secondsMin} giây. Hãy ghi lại trọn bản tin.`,
    en: `“${name}” has only ${seconds.toFixed(1)} s of sound; at least ${secondsMin} s are needed. Record the whole bulletin again.`,
  })
}

/** `claimed` is what the file says it holds, `held` what is there. */
export function cutOff(name: string, claimed: Sentence, held: Sentence): AppError {
  return new AppError('invalid', {
    vi: `“${name}” bị cắt dở: tệp ghi là có ${claimed.vi} nhưng chỉ còn ${held.vi}. Có thể tệp chưa chép xong; hãy chép lại từ máy ghi rồi gửi lại.`,
    en: `“${name}” is cut off: it says it holds ${claimed.en} but only ${held.en} are there. The copy may not have finished; copy it again from the recorder and send it.`,
  })
}

/** `said` is what the decoder said last. */
export function damaged(name: string, said: string, cause?: unknown): AppError {
  return new AppError(
    'invalid',
    {
      vi: `“${name}” bị hỏng hoặc bị cắt dở, không giải mã được (${said}). Hãy chép lại từ máy ghi, nghe thử, rồi gửi lại.`,
      en: `“${name}” is damaged or cut off and cannot be decoded (${said}). Copy it again from the recorder, listen to it, and send it.`,
    },
    { cause },
  )
}

/** Nothing in it is loud enough to be speech. */
export function nearSilence(name: string): AppError {
  return new AppError('invalid', {
    vi: `“${name}” gần như im lặng, không nghe được tiếng nói. Hãy ghi lại, để máy cách miệng khoảng một gang tay.`,
    en: `“${name}” is almost silent: no speech can be heard. Record it again, with the recorder a hand's breadth from the mouth.`,
  })
}
