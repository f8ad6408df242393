/** What pages load besides themselves, named by its content so that browsers may keep it for ever. */
import { strict as assert } from 'node:assert'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RequestHandler } from 'express'
import { sha256 } from '../base/hash.ts'

const script = 'text/javascript; charset=utf-8'
/** Type of each file, and the package it comes out of when it is not our own. */
const kinds = {
  'style.css': { type: 'text/css; charset=utf-8', from: undefined },
  'icon.svg': { type: 'image/svg+xml', from: undefined },
  'htmx.js': { type: script, from: 'htmx.org/dist/htmx.min.js' },
  'sse.js': { type: script, from: 'htmx-ext-sse/dist/sse.min.js' },
  'tus.js': { type: script, from: 'tus-js-client/dist/tus.min.js' },
  'shell.js': { type: script, from: undefined },
  'editor.js': { type: script, from: undefined },
  'upload.js': { type: script, from: undefined },
  'waiting-words.js': { type: script, from: undefined },
  'operator.js': { type: script, from: undefined },
  'icon-192.png': { type: 'image/png', from: undefined },
  'icon-512.png': { type: 'image/png', from: undefined },
  'webauthn.js': { type: script, from: '@simplewebauthn/browser', bundle: '../dist/bundle/index.umd.min.js' },
  'approve.js': { type: script, from: undefined },
  'keys.js': { type: script, from: undefined },
} as const
export type AssetName = keyof typeof kinds

export interface Assets {
  /** The address of a file, such as `/assets/0f3a…/style.css`. */
  address(name: AssetName): string
  /** Serves `/assets/:digest/:name`; another digest is passed on, and so ends as not found. */
  serve: RequestHandler
}

/**
 * Parts of the style sheet, in their order: what every page has, then what is otherwise on a phone and on paper, then one
 * part for each kind of page. One file to browsers.
 */
const sheets = [
  ...['tokens', 'shell', 'pieces', 'forms', 'people', 'recordings', 'tables', 'phone', 'print'],
  ...['api', 'approval', 'facts', 'orders', 'calendar', 'map', 'home', 'kit', 'operator', 'writing'],
].map((name) => `${name}.css`)

function styleIn(folder: string): Buffer {
  assert.deepEqual(
    readdirSync(folder).sort(),
    [...sheets].sort(),
    'every part of the style sheet has its place',
  )
  return Buffer.concat(sheets.map((name) => readFileSync(join(folder, name))))
}

function bytesOf(folder: string, name: AssetName): Buffer {
  if (name === 'style.css') return styleIn(join(folder, 'style'))
  const { from, ...more } = kinds[name]
  if (from === undefined) return readFileSync(join(folder, name))
  const module = import.meta.resolve(from)
  // Some packages hand out their module only; what browsers take as one file lies beside it.
  return readFileSync(fileURLToPath('bundle' in more ? new URL(more.bundle, module) : module))
}

/** Reads the files of the folder into memory; throws when one is missing. */
export function readAssets(folder: string): Assets {
  const files = new Map(
    (Object.keys(kinds) as AssetName[]).map((name) => {
      const bytes = bytesOf(folder, name)
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
        .type(kinds[file.name].type)
        .send(file.bytes)
    },
  }
}
