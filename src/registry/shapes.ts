/** The registry's words: what goes out of this module. */
import { z } from 'zod'
import type { Day } from '../base/calendar.ts'

export type Level = 'province' | 'district' | 'commune'

export const UnitKind = z.enum([
  'tinh',
  'thanh_pho',
  'thi_xa',
  'huyen',
  'thi_tran',
  'phuong',
  'xa',
  'dac_khu',
])
export type UnitKind = z.infer<typeof UnitKind>

/** Codes of the statistics office are used again for other units, so a code alone names nothing. */
export type UnitKey = { code: string; validFrom: Day }

/** An administrative unit as it was from `validFrom` (inclusive) to `validTo` (exclusive; null = to this day). */
export type Unit = UnitKey & {
  validTo: Day | null
  level: Level
  kind: UnitKind
  name: string
  /** Name with its kind: "Xã Trà Leng". */
  fullName: string
  parentCode: string | null
  /** Degrees, WGS 84. */
  latitude: number | null
  longitude: number | null
  population: number | null
  areaKm2: number | null
}

/** A unit that a search found; `formerly` is the full name of the earlier unit it was found by, if it was. */
export type FoundUnit = Unit & { formerly: string | null }

/** One unit's whole area went over into another (or stayed, enlarged or renamed) on `day`. */
export type Succession = { old: UnitKey; new: UnitKey }

/** A day on which the area belongs to `unit`: every day from `from` (inclusive) to `to` (exclusive). */
export type Span = { from: Day; to: Day | null; unit: UnitKey }

export type PriorityArea = {
  code: string
  /** Class of QĐ 861/QĐ-TTg: I, then II, then III, the hardest; null = not in it. */
  regionClass: 'I' | 'II' | 'III' | null
  border: boolean
  mountain: boolean
  /** Languages spoken besides Vietnamese. To be confirmed with the commune before one is broadcast. */
  languages: string[]
  confidence: string
}

export type StationKind = 'ip' | 'fm' | 'wired'

export type StationDevice = { id: string; type: string; villages: number; sample: boolean }

/** A commune radio station. It serves one commune of 2021, its area, and stays where it is when units merge. */
export type Station = {
  id: string
  name: string
  kind: StationKind
  areaCode: string
  areaValidFrom: Day
  areaName: string
  /** Invented for trying out; every screen says so. */
  sample: boolean
  /** Name of the district the area lay in in 2021, for example "Tây Giang". */
  formerDistrict: string
  villages: number
  devices: StationDevice[]
}

export type Village = { id: string; station: string; name: string; sample: boolean; devices: string[] }

/** `sample`: devices at the 76 IP stations. `all-devices`: one at every station, for benches and large demonstrations. */
export type Edition = 'sample' | 'all-devices'

/** Which registry the database holds. */
export type LoadedEdition = { edition: Edition; sample: boolean; loadedAt: string }

/** Codecs a device can decode, and how it keeps time; the words of the wire. */
const Codec = z.enum(['mp3', 'opus'])
const ClockSource = z.enum(['ntp', 'rtc', 'mqtt', 'none'])

/** A kind of loudspeaker controller: one JSON file in `devices/types`, named after its id. */
export const DeviceType = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{3,32}$/),
  name: z.string().min(1).max(80),
  maker: z.string().min(1).max(80),
  sample: z.boolean(),
  /** What it can play, the preferred codec first. */
  codecs: z
    .array(Codec)
    .min(1)
    .refine((codecs) => new Set(codecs).size === codecs.length, 'a codec is listed twice'),
  /** Room for recordings on its own disk. */
  cacheBytes: z.number().int().min(8_388_608),
  /** The best clock it has when the network is away. */
  clock: ClockSource,
  /** Whether it measures that its amplifier's relay closed. */
  relaySensing: z.boolean(),
  remark: z.string().max(300),
})
export type DeviceType = z.infer<typeof DeviceType>
