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

  async function keepPage(response) {
    const text = await response.text()
    const cache = await caches.open(kept)
    await cache.put(page, new Response(text, { headers: { 'Content-Type': 'text/html; charset=utf-8' } }))
    await tidy(text)
  }

  /** Whoever uses the phone next sees nothing of this. */
  async function forget() {
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
    return new Response(text, { headers: response.headers })
  }

  async function today(event) {
    const fresh = fetch(event.request).then((response) => {
      if (response.ok) event.waitUntil(keepPage(response.clone()))
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
    try {
      const response = await fetch(event.request)
      const cache = await caches.open(kept)
      if (response.ok) event.waitUntil(cache.put(event.request.url, response.clone()))
      // What is withdrawn or not this person's is not played from here either.
      else event.waitUntil(cache.delete(event.request.url))
      return response
    } catch (error) {
      const here = await caches.match(event.request.url)
      if (here === undefined) throw error
      return here
    }
  }

  async function signOut(request) {
    await forget()
    return fetch(request)
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
