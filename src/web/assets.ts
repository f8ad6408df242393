/** Our style sheet and sign, named by their content so that browsers may keep them for ever. */
import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RequestHandler } from 'express'
import { sha256 } from '../base/hash.ts'

const types = { 'style.css': 'text/css; charset=utf-8', 'icon.svg': 'image/svg+xml' } as const
type Name = keyof typeof types

export interface Assets {
  /** The address of a file, such as `/assets/0f3a…/style.css`. */
  address(name: Name): string
  /** Serves `/assets/:digest/:name`; another digest is passed on, and so ends as not found. */
  serve: RequestHandler
}

/** Reads the files of the folder into memory; throws when one is missing. */
export function readAssets(folder: string): Assets {
  const files = new Map(
    (Object.keys(types) as Name[]).map((name) => {
      const bytes = readFileSync(join(folder, name))
      return [`/assets/${sha256(bytes).slice(0, 16)}/${name}`, { name, bytes }]
    }),
  )
  return {
    address(name) {
      const address = [...files].find(([, file]) => file.name === name)?.[0]
      assert(address !== undefined)
      return address
    },
    serve(request, response, next) {
      const file = files.get(request.path)
      if (file === undefined) {
        next()
        return
      }
      response
        .set('Cache-Control', 'public, max-age=31536000, immutable')
        .type(types[file.name])
        .send(file.bytes)
    },
  }
}
