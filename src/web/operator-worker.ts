/** What makes the page of today a thing on the phone: the worker that keeps it readable without a network, and its name. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { RequestHandler } from 'express'
import type { AssetName } from './assets.ts'
import { waitingWords } from './pages/today.ts'
import type { Web } from './visit.ts'
import { sayIn } from './words/index.ts'

/** What the page of today loads besides itself. */
const shell: readonly AssetName[] = [
  ...(['style.css', 'icon.svg', 'htmx.js', 'sse.js', 'shell.js', 'waiting-words.js', 'operator.js'] as const),
]

/**
 * `/operator-worker.js`: at the root, so that it may answer for `/today`. Its text changes when anything it keeps
 * changes, and so browsers take the new one.
 */
export function operatorWorker({ assets }: Web): RequestHandler {
  const read = (name: string): string =>
    readFileSync(fileURLToPath(new URL(`assets/${name}`, import.meta.url)), 'utf8')
  const known = { shell: shell.map((name) => assets.address(name)), ...waitingWords }
  const text = `self.loa = ${JSON.stringify(known)}\n${read('waiting-words.js')}\n${read('operator-worker.js')}`
  return (_request, response) => {
    response
      .type('text/javascript; charset=utf-8')
      // Asked for anew each time the page is opened: an old worker would go on answering with old pages.
      .set('Cache-Control', 'no-cache')
      .send(text)
  }
}

/** `/manifest.webmanifest`: name, colours and icons, so that the page can stand among a phone's programmes. */
export function operatorManifest({ assets, training }: Web): RequestHandler {
  const say = sayIn('vi')
  const name = training ? `${say('app.name')} (${say('list.training')})` : say('app.name')
  const icon = (size: 192 | 512, purpose: 'any' | 'maskable') => {
    return { src: assets.address(`icon-${size}.png`), sizes: `${size}x${size}`, type: 'image/png', purpose }
  }
  const manifest = {
    ...{ id: '/', name, short_name: name, description: say('today.manifest'), lang: 'vi' },
    ...{ start_url: '/', scope: '/', display: 'standalone' },
    ...{ background_color: '#f4f6f8', theme_color: '#0b6b6b' },
    icons: [icon(192, 'any'), icon(512, 'any'), icon(512, 'maskable')],
  }
  return (_request, response) => {
    response
      .set('Cache-Control', 'public, max-age=3600')
      .type('application/manifest+json')
      .send(JSON.stringify(manifest))
  }
}
