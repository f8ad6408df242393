/** What one line of each registry table must look like. Empty cells are null. */
import { z } from 'zod'
import { isDay } from '../../base/calendar.ts'
import { cleanText } from '../../base/text.ts'
import { UnitKind } from '../shapes.ts'

const day = z.string().refine(isDay, 'not a day (YYYY-MM-DD)')
const code = z.string().regex(/^(\d{2}|\d{3}|\d{5})$/, 'not a code of 2, 3 or 5 digits')
const communeCode = z.string().regex(/^\d{5}$/, 'not a code of 5 digits')
const name = z
  .string()
  .min(1)
  .max(120)
  .refine((text) => cleanText(text).trim() === text, 'not in Unicode NFC, or with blanks around')
const flag = z.enum(['true', 'false']).transform((text) => text === 'true')
const id = z.string().regex(/^[a-z0-9-]{6,32}$/, 'not an id of 6 to 32 letters a-z, digits and hyphens')

function orNull<T>(shape: z.ZodType<T, string>) {
  return z.union([z.literal('').transform(() => null), shape])
}

function numberBetween(low: number, high: number) {
  return z
    .string()
    .regex(/^-?\d+(\.\d+)?$/, 'not a number')
    .transform(Number)
    .refine((value) => value >= low && value <= high, `not between ${low} and ${high}`)
}

function list(text: string): string[] {
  return text === '' ? [] : text.split(';')
}

export const UnitLine = z.object({
  code,
  valid_from: day,
  valid_to: orNull(day),
  kind: UnitKind,
  name,
  full_name: name,
  parent_code: orNull(code),
  latitude: orNull(numberBetween(-90, 90)),
  longitude: orNull(numberBetween(-180, 180)),
  population: orNull(numberBetween(0, 1e8).refine(Number.isInteger, 'not a whole number')),
  area_km2: orNull(numberBetween(0, 1e6)),
  source: z.string().min(1),
})
export type UnitLine = z.infer<typeof UnitLine>

export const SuccessionLineShape = z.object({
  old_code: code,
  new_code: code,
  effective_day: day,
  note: z.string().min(1),
  confidence: z.string().min(1),
  source: z.string().min(1),
})

export const VariantLine = z.object({ code, variant: name, source: z.string().min(1) })

export const PriorityLine = z.object({
  code: communeCode,
  as_of: z.enum(['2021', '2025']),
  name,
  region_class: orNull(z.enum(['I', 'II', 'III'])),
  border: flag,
  mountain: flag,
  languages: z.string().transform(list),
  language_basis: z.string(),
  confidence: z.string().min(1),
  source: z.string().min(1),
})

export const StationLine = z.object({
  id,
  name,
  kind: z.enum(['ip', 'fm', 'wired']),
  area_code: communeCode,
  area_valid_from: day,
  sample: flag,
})

export const VillageLine = z.object({ id, station: id, name, sample: flag })

export const DeviceLine = z.object({
  id,
  station: id,
  type: z.string().min(1),
  villages: z.string().transform(list),
  sample: flag,
})

/** All tables of an edition, line by line. */
export type RegistryLines = {
  units: UnitLine[]
  successions: z.infer<typeof SuccessionLineShape>[]
  variants: z.infer<typeof VariantLine>[]
  priorities: z.infer<typeof PriorityLine>[]
  stations: z.infer<typeof StationLine>[]
  villages: z.infer<typeof VillageLine>[]
  devices: z.infer<typeof DeviceLine>[]
}
