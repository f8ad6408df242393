/** What messages are made of: hashes, instants, ids, and the bounds that hold for all of them. */
import { z } from 'zod'

/** Bytes of a chunk; the last one of a file may be shorter. 32 KiB keeps a broker's memory bounded on slow links. */
export const chunkBytes = 32_768
/** A control message (anything but a chunk) is never larger. */
export const controlBytesMax = 65_536
/** Receipts in one message. */
export const receiptsPerMessageMax = 50
/** Units of an area; what reaches further is for the whole province. */
export const areaUnitsMax = 100

export const hash = z.string().regex(/^[0-9a-f]{64}$/)
export const instant = z.number().int().nonnegative()
export const id = z.string().regex(/^[a-z0-9.-]{1,64}$/)
export const base64url = z.string().regex(/^[A-Za-z0-9_-]*$/)

/** The domain that a passkey was made for. */
export const rpId = z.string().regex(/^[a-z0-9.-]{1,253}$/)
/** Where pages are: `https://<host>`, or on the person's own machine `http://localhost`, with a port or without. */
export const origin = z
  .string()
  .max(200)
  .regex(/^(?:https:\/\/[a-z0-9.-]+|http:\/\/localhost)(?::\d{1,5})?$/)

/** A unit's code; which unit it means follows from the day. */
export const unitCode = z.string().regex(/^\d{1,10}$/)
/** Units by code, or `all` = the whole province. */
export const area = z.union([z.literal('all'), z.array(unitCode).min(1).max(areaUnitsMax)])
export const priority = z.enum(['thong-thuong', 'uu-tien', 'khan-cap'])

export const codec = z.enum(['mp3', 'opus'])
export type Codec = z.infer<typeof codec>

/** Where a device's time comes from; `none` = it does not know the time. */
export const ClockSource = z.enum(['ntp', 'rtc', 'mqtt', 'none'])
export type ClockSource = z.infer<typeof ClockSource>
