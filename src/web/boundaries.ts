/** Outlines of the units, as paths of one drawing: the ground of the map. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { UnitKey } from '../registry/index.ts'

/** `path` is the outline in SVG's own words. */
export type Outline = UnitKey & { path: string }

export interface Boundaries {
  /** Size of the drawing, in its own points. */
  width: number
  height: number
  outlines: readonly Outline[]
  /** Where a position (degrees, WGS 84) lies in the drawing. */
  place: (longitude: number, latitude: number) => { x: number; y: number }
}

/** Points from west to east: about 100 m each, which is finer than the outlines. */
const width = 1600
/** Points around the outlines. */
const margin = 12

const Position = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)])
const File = z.object({
  features: z
    .array(
      z.object({
        properties: z.object({ code: z.string(), valid_from: z.iso.date() }),
        geometry: z.object({
          type: z.literal('MultiPolygon'),
          coordinates: z.array(z.array(z.array(Position).min(4))),
        }),
      }),
    )
    .min(1),
})

/** Reads the boundaries that come with the registry. Throws when the file is missing or is not what it should be. */
export function readBoundaries(): Boundaries {
  const path = fileURLToPath(new URL('../../devices/boundaries-2025.geojson', import.meta.url))
  return drawn(File.parse(JSON.parse(readFileSync(path, 'utf8'))))
}

function drawn({ features }: z.infer<typeof File>): Boundaries {
  const all = features.flatMap(({ geometry }) => geometry.coordinates.flat(2))
  const [west, east] = [least(all, 0), -least(all, 0, -1)]
  const [south, north] = [least(all, 1), -least(all, 1, -1)]
  // So near the equator and so small: a degree of longitude is shorter than one of latitude everywhere alike.
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const scale = (width - 2 * margin) / ((east - west) * narrow)
  const place: Boundaries['place'] = (longitude, latitude) => ({
    x: Math.round(margin + (longitude - west) * narrow * scale),
    y: Math.round(margin + (north - latitude) * scale),
  })
  return {
    width,
    height: Math.round((north - south) * scale + 2 * margin),
    place,
    outlines: features.map(({ properties, geometry }) => ({
      code: properties.code,
      validFrom: properties.valid_from,
      path: geometry.coordinates.flatMap((polygon) => polygon.map((ring) => pathOf(ring, place))).join(''),
    })),
  }
}

type Positions = readonly z.infer<typeof Position>[]

/** The least of the longitudes (0) or latitudes (1); of their opposites with `sign` −1. */
function least(positions: Positions, which: 0 | 1, sign = 1): number {
  return positions.reduce((found, position) => Math.min(found, sign * position[which]), Infinity)
}

/** A closed ring: its first point, then steps, which are short to write; steps to the same point are left out. */
function pathOf(ring: Positions, place: Boundaries['place']): string {
  const points = ring.map(([longitude, latitude]) => place(longitude, latitude))
  let path = ''
  let before: { x: number; y: number } | undefined
  for (const { x, y } of points) {
    if (before === undefined) path = `M${x} ${y}l`
    else if (x !== before.x || y !== before.y) path += step(x - before.x, y - before.y, path.endsWith('l'))
    before = { x, y }
  }
  return `${path}z`
}

function step(x: number, y: number, first: boolean): string {
  return `${first || x < 0 ? '' : ' '}${x}${y < 0 ? '' : ' '}${y}`
}
