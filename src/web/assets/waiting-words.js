/**
 * Words that wait on this phone until there is a network: kept in IndexedDB, sent one after the other, oldest first, by
 * the page and by its worker alike. Each is the form that was pressed, with the id that the hub knows it by: sent twice,
 * it is one word. At most 200 wait, each at most 30 days; what the hub refuses stays until its person has read why.
 */
self.waitingWords = (function () {
  'use strict'
  const dayMs = 24 * 3600 * 1000

  function asked(request) {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  }

  async function within(mode, work) {
    const opening = indexedDB.open('loa-lang', 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore('words', { keyPath: 'id' })
    const database = await asked(opening)
    try {
      const transaction = database.transaction('words', mode)
      const done = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve
        transaction.onabort = () => reject(transaction.error)
      })
      const result = await work(transaction.objectStore('words'))
      await done
      return result
    } finally {
      database.close()
    }
  }

  /** All words on this phone, oldest first. */
  async function all() {
    const words = await within('readonly', (store) => asked(store.getAll()))
    return words.sort((a, b) => a.at - b.at)
  }

  /** Keeps a word; false when `most` are there already. The same id again changes nothing. */
  function add(word, most) {
    return within('readwrite', async (store) => {
      if ((await asked(store.get(word.id))) !== undefined) return true
      if ((await asked(store.count())) >= most) return false
      await asked(store.put(word))
      return true
    })
  }

  function remove(id) {
    return within('readwrite', (store) => asked(store.delete(id)))
  }

  /** Marks a word as refused, unless its person dropped it meanwhile. */
  function refuse(word, why) {
    return within('readwrite', async (store) => {
      if ((await asked(store.get(word.id))) === undefined) return
      await asked(store.put({ ...word, refused: true, why }))
    })
  }

  async function sentenceOf(response) {
    try {
      return (await response.json()).sentence || ''
    } catch {
      // A page instead of an answer: the reader has a sentence of its own for that.
      return ''
    }
  }

  /** `sent`, `refused`, `signed-out`, or `later`: no network, or the hub is busy. */
  async function send(word) {
    let response
    try {
      response = await fetch(word.action, {
        method: 'POST',
        headers: { Accept: 'application/json' },
        body: new URLSearchParams(word.fields),
        credentials: 'same-origin',
        redirect: 'manual',
      })
    } catch {
      // No network: it stays where it is.
      return 'later'
    }
    if (response.ok) {
      await remove(word.id)
      return 'sent'
    }
    if (response.status === 401) return 'signed-out'
    if (response.status < 400 || response.status === 429 || response.status >= 500) return 'later'
    await refuse(word, await sentenceOf(response))
    return 'refused'
  }

  async function sendEach(days) {
    const result = { sent: 0, refused: 0, left: 0 }
    let stopped = false
    /** Those whose session has ended, and those who gave a word and have handed the phone on. */
    const away = new Set()
    for (const word of await all()) {
      if (word.refused) continue
      if (Date.now() - word.at > days * dayMs) {
        await refuse(word, 'old')
        result.refused += 1
        continue
      }
      const outcome = stopped ? 'later' : away.has(word.person) ? 'signed-out' : await send(word)
      if (outcome === 'sent') result.sent += 1
      else if (outcome === 'refused') result.refused += 1
      else result.left += 1
      if (outcome === 'signed-out') away.add(word.person)
      if (outcome === 'later') stopped = true
    }
    return { ...result, away: [...away] }
  }

  /** Sends all that wait, unless somebody else on this phone is at it. Tells how many were sent, refused and left, and who must sign in again. */
  function sendAll(days) {
    if (navigator.locks === undefined) return sendEach(days)
    return navigator.locks.request('waiting-words', () => sendEach(days))
  }

  return { all, add, remove, sendAll }
})()
