/** The file a controller, or a fleet of them, is given when it is enrolled. */
import { readFile } from 'node:fs/promises'
import { AppError, reasonOf } from '../base/errors.ts'
import { CredentialsFile, type DeviceCredentials } from '../wire/credentials.ts'

/** Reads one device's credentials or a fleet's, as a list. Refuses a file that is not there or is none. */
export async function readCredentials(path: string): Promise<DeviceCredentials[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new AppError(
      'not_found',
      {
        vi: `Không đọc được tệp khóa thiết bị ${path} (${reasonOf(error)}). Hãy cấp khóa cho thiết bị trước rồi chỉ đúng đường dẫn.`,
        en: `The credentials file ${path} cannot be read (${reasonOf(error)}). Enrol the device first and give the right path.`,
      },
      { cause: error },
    )
  }
  const read = CredentialsFile.safeParse(jsonOf(text))
  if (!read.success) {
    const [issue] = read.error.issues
    const why = `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim()
    throw new AppError('invalid', {
      vi: `Tệp ${path} không phải tệp khóa thiết bị (${why}). Hãy cấp lại khóa cho thiết bị.`,
      en: `The file ${path} does not hold device credentials (${why}). Enrol the device again.`,
    })
  }
  return Array.isArray(read.data) ? read.data : [read.data]
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The shape check says that it is none.
    return undefined
  }
}
