/** Who brings what for which version: looked at before the file is. */
import { AppError } from '../../base/errors.ts'
import { cleanText } from '../../base/text.ts'
import type { Db } from '../../db/index.ts'
import { type Person, personById, refuseSuspended, type Role } from '../../people/index.ts'
import { stationsOf } from '../../registry/index.ts'
import { languageOf, scriptsOf, submittedVersion, type SubmittedVersion } from '../../scripts/index.ts'

/** Those who may write scripts: bringing a recording is saying what the loudspeakers say. */
const mayBring: readonly Role[] = ['admin', 'editor', 'approver']

const nameCharactersMax = 200
const speakerCharactersMax = 120
const consentCharactersMax = 500

/** What comes with a file; texts as people typed them. */
export type UploadRequest = {
  /** As the person's machine called it. Shown, never used as a path. */
  name: string
  script: string
  version: number
  language: string
  station?: string | null | undefined
  speaker: string
  consent: string
  by: string
}

export type Checked = {
  name: string
  version: SubmittedVersion
  language: string
  station: string | null
  speaker: string
  consent: string
  by: Person
}

/**
 * The request with its texts clean. Refuses an unknown person, version or station (`not_found`), someone who may
 * not write scripts or crosses between exercises and real work (`forbidden`), a version that is not submitted or is withdrawn (`conflict`), and an unknown
 * language, a missing or overlong speaker or consent, and a greeting (`invalid`).
 */
export async function checkRequest(db: Db, request: UploadRequest): Promise<Checked> {
  const by = await personById(db, request.by)
  refuseSuspended(by)
  if (!mayBring.includes(by.role)) throw mayNot(by)
  const version = await submittedVersion(db, request)
  if (version === undefined) throw await whyNotThere(db, request)
  if ((await personById(db, version.author)).training !== by.training) throw crossing(by)
  if (version.kind === 'greeting') throw isGreeting(version)
  return {
    name: nameOf(request.name),
    version,
    language: languageOf(request.language),
    station: await stationOf(db, request.station),
    speaker: written(request.speaker, speakerCharactersMax, {
      vi: 'Chưa ghi ai là người đọc',
      en: 'It is not said whose voice it is',
    }),
    consent: written(request.consent, consentCharactersMax, {
      vi: 'Chưa ghi người đọc đã đồng ý cho phát giọng của mình như thế nào',
      en: 'It is not said how the speaker agreed to be heard',
    }),
    by,
  }
}

/** The last part of a name, in one line, short enough to be shown. */
export function nameOf(name: string): string {
  const last = cleanText(name).replaceAll('\n', ' ').split(/[\\/]/).at(-1)?.trim() ?? ''
  return last === '' ? 'ghi-am' : last.slice(-nameCharactersMax)
}

function written(text: string, charactersMax: number, missing: { vi: string; en: string }): string {
  const clean = cleanText(text).trim()
  if (clean !== '' && clean.length <= charactersMax) return clean
  throw new AppError('invalid', {
    vi: `${missing.vi}. Hãy ghi từ 1 đến ${charactersMax} ký tự.`,
    en: `${missing.en}. Write 1 to ${charactersMax} characters.`,
  })
}

async function stationOf(db: Db, station: string | null | undefined): Promise<string | null> {
  if (station === undefined || station === null || station === '') return null
  if ((await stationsOf(db)).some(({ id }) => id === station)) return station
  throw new AppError('not_found', {
    vi: `Không có đài nào mang mã “${station.slice(0, 80)}”. Xem danh sách: loa stations`,
    en: `There is no station “${station.slice(0, 80)}”. See the list: loa stations`,
  })
}

function mayNot(person: Person): AppError {
  return new AppError('forbidden', {
    vi: `“${person.name}” không có quyền đưa bản ghi âm vào bản tin. Việc này của biên tập, phê duyệt hoặc quản trị.`,
    en: `“${person.name}” may not bring recordings. That is for editors, approvers and admins.`,
  })
}

/** Exercises and real work never meet. */
function crossing({ name, training }: Person): AppError {
  return new AppError(
    'forbidden',
    training
      ? {
          vi: `“${name}” chỉ dùng cho tập huấn, không đưa được bản ghi âm vào bản tin thật.`,
          en: `“${name}” exists for exercises and may not bring recordings for real scripts.`,
        }
      : {
          vi: `Bản tin này chỉ dùng cho tập huấn, “${name}” không đưa được bản ghi âm vào.`,
          en: `This script is for exercises: “${name}” may not bring recordings for it.`,
        },
  )
}

function isGreeting({ script }: SubmittedVersion): AppError {
  return new AppError('invalid', {
    vi: `“${script}” là lời chào của đài: máy tự tạo cho từng đài, có nhạc hiệu ở đầu. Hãy đưa bản ghi âm vào một bản tin.`,
    en: `“${script}” is a station's greeting: it is made for each station, with the chime before it. Bring recordings for bulletins.`,
  })
}

async function whyNotThere(
  db: Db,
  { script, version }: { script: string; version: number },
): Promise<AppError> {
  const scripts = await scriptsOf(db)
  const found = scripts.find(({ id }) => id === script)?.versions.find((known) => known.version === version)
  if (found === undefined) {
    return new AppError('not_found', {
      vi: `Không có bản tin “${script.slice(0, 80)}” bản ${version}. Hãy xem lại danh sách bản tin.`,
      en: `There is no version ${version} of a script “${script.slice(0, 80)}”. Look it up in the list of scripts.`,
    })
  }
  if (found.state === 'returned') {
    return new AppError('conflict', {
      vi: `Bản tin “${script}” bản ${version} đã bị trả lại, không nhận bản ghi âm nữa. Hãy tạo bản mới.`,
      en: `Version ${version} of “${script}” was returned and takes no recordings. Make a new version.`,
    })
  }
  return found.state === 'withdrawn'
    ? new AppError('conflict', {
        vi: `Bản tin “${script}” bản ${version} đã bị thu hồi, không nhận bản ghi âm nữa. Hãy tạo bản mới.`,
        en: `Version ${version} of “${script}” was withdrawn and takes no recordings. Make a new version.`,
      })
    : new AppError('conflict', {
        vi: `Bản tin “${script}” bản ${version} chưa được trình. Hãy trình bản tin trước, rồi đưa bản ghi âm đọc đúng lời đã trình.`,
        en: `Version ${version} of “${script}” was not submitted yet. Submit it first, then bring a recording that reads the submitted words.`,
      })
}
