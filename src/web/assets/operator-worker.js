/**
 * Keeps the page of today readable without a network: what the page loads, the page as it was last seen, and the
 * airings' files that were downloaded from it, ten at most. Nothing else is kept, and all of it goes when the session
 * ends. `loa` is written before this text: what to keep, and how long words wait.
 */
;(function () {
  'use strict'
  const kept = 'loa-today'
  const page = '/today'
  const filesMax = 10
  /** Longer than this nobody waits for a page that is here already. */
  const patienceMs = 8000
  const known = self.loa
  const sounds = /^\/airings\/[^/]+\.mp3$/
  /** How often everything was forgotten: what was asked for before is not kept after. */
  let forgotten = 0

  async function install() {
    const cache = await caches.open(kept)
    await cache.addAll(known.shell)
    await self.skipWaiting()
  }

  /** Forgets what neither this programme nor the page as it is now speaks of. */
  async function tidy(text) {
    const cache = await caches.open(kept)
    let files = 0
    for (const request of (await cache.keys()).reverse()) {
      const { pathname } = new URL(request.url)
      const isFile = sounds.test(pathname)
      if (isFile && text.includes(pathname)) files += 1
      const stays = pathname === page || known.shell.includes(pathname) || text.includes(pathname)
      if (!stays || (isFile && files > filesMax)) await cache.delete(request)
    }
  }

  /** Keeps an answer that was asked for after `asked` forgettings, unless there was another since, or is while it is kept. */
  async function keep(address, response, asked) {
    if (asked !== forgotten) return
    const cache = await caches.open(kept)
    await cache.put(address, response)
    if (asked !== forgotten) await cache.delete(address)
  }

  async function keepPage(response, asked) {
    const text = await response.text()
    // As it was sent: what keeps a page from running or loading anything keeps it from that here too.
    await keep(page, copyOf(response, text), asked)
    if (asked === forgotten) await tidy(text)
  }

  /** The text is no longer packed, and as long as it is. */
  function copyOf(response, text) {
    const headers = new Headers(response.headers)
    for (const name of ['Content-Encoding', 'Content-Length']) headers.delete(name)
    return new Response(text, { headers })
  }

  /** Whoever uses the phone next sees nothing of this. */
  async function forget() {
    forgotten += 1
    const cache = await caches.open(kept)
    for (const request of await cache.keys())
      if (!known.shell.includes(new URL(request.url).pathname)) await cache.delete(request)
  }

  async function pageAsKept() {
    const response = await caches.match(page)
    if (response === undefined) return undefined
    const text = (await response.text())
      .replace('data-cached="no"', 'data-cached="yes"')
      // What was done just before the page was kept is not done again each time it is shown.
      .replace(/<p class="card" role="status" data-once>.*?<\/p>/s, '')
    return copyOf(response, text)
  }

  async function today(event) {
    const asked = forgotten
    const fresh = fetch(event.request).then((response) => {
      if (response.ok) event.waitUntil(keepPage(response.clone(), asked))
      // The way to the sign-in page: the session is over.
      else if (response.type === 'opaqueredirect' || response.status === 403) event.waitUntil(forget())
      return response
    })
    if ((await caches.match(page)) === undefined) return fresh
    const tired = new Promise((resolve) => setTimeout(resolve, patienceMs)).then(pageAsKept)
    event.waitUntil(fresh.catch(() => undefined))
    try {
      return (await Promise.race([fresh, tired])) ?? (await fresh)
    } catch {
      // No network.
      return (await pageAsKept()) ?? fresh
    }
  }

  async function file(event) {
    const asked = forgotten
    try {
      const response = await fetch(event.request)
      const { url } = event.request
      if (response.ok) event.waitUntil(keep(url, response.clone(), asked).then(() => fewFiles(url)))
      // What is withdrawn or not this person's is not played from here either.
      else event.waitUntil(caches.open(kept).then((cache) => cache.delete(url)))
      return response
    } catch (error) {
      const here = await caches.match(event.request.url)
      if (here === undefined) throw error
      return here
    }
  }

  /** The files kept longest make room, never the one that came last. */
  async function fewFiles(last) {
    const cache = await caches.open(kept)
    const files = (await cache.keys()).filter(({ url }) => url !== last && sounds.test(new URL(url).pathname))
    for (const request of files.slice(0, Math.max(0, files.length + 1 - filesMax)))
      await cache.delete(request)
  }

  async function signOut(request) {
    await forget()
    try {
      return await fetch(request)
    } finally {
      // Whatever was asked for while the session still held.
      await forget()
    }
  }

  self.addEventListener('install', (event) => event.waitUntil(install()))
  self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))
  self.addEventListener('fetch', (event) => {
    const { request } = event
    const { origin, pathname } = new URL(request.url)
    if (origin !== self.location.origin) return
    if (request.method === 'POST' && pathname === '/sign-out') event.respondWith(signOut(request))
    if (request.method !== 'GET') return
    if (pathname === '/sign-in') event.waitUntil(forget())
    else if (pathname === page && request.mode === 'navigate') event.respondWith(today(event))
    else if (pathname === '/' && request.mode === 'navigate')
      event.respondWith(fetch(request).catch(() => Response.redirect(page)))
    else if (sounds.test(pathname)) event.respondWith(file(event))
    else if (pathname.startsWith('/assets/'))
      event.respondWith(caches.match(request).then((here) => here ?? fetch(request)))
  })

  async function sendWaiting() {
    const result = await self.waitingWords.sendAll(known.days)
    for (const client of await self.clients.matchAll()) client.postMessage('waiting-words')
    // The browser tries again later, and each time longer after.
    if (result.left > 0 && result.away.length === 0) throw new Error('words are still waiting')
  }
  self.addEventListener('sync', (event) => {
    if (event.tag === 'waiting-words') event.waitUntil(sendWaiting())
  })
})()
