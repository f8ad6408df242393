/**
 * The page of today on a phone: what is pressed is kept on the phone first and then sent, so that nothing is lost where
 * there is no network. Without this script the same forms go their usual way.
 */
;(function () {
  'use strict'
  const box = document.querySelector('#waiting')
  const queue = window.waitingWords
  if (box === null || queue === undefined || window.indexedDB === undefined) return

  const words = JSON.parse(box.dataset.words)
  const { person } = box.dataset
  const offline = document.querySelector('#offline')
  const retryMs = 60000
  /** Words that were waiting when the page was last shown: those that are gone since were sent. */
  let shown = new Map()

  function cardOf(form) {
    return form.closest('.airing')
  }

  function mark(card, text) {
    let note = card.querySelector('.mark')
    if (note === null) {
      note = document.createElement('p')
      note.className = 'mark'
      note.setAttribute('role', 'status')
      card.append(note)
    }
    note.textContent = text
    for (const form of card.querySelectorAll('form, .words')) form.hidden = true
  }

  function unmark(card) {
    const note = card.querySelector('.mark')
    if (note !== null) note.remove()
    for (const form of card.querySelectorAll('form, .words')) form.hidden = false
    openWhatBegan()
  }

  /** An airing that has begun since the page was made may be spoken of, also where the page cannot be asked for again. */
  function openWhatBegan() {
    for (const part of document.querySelectorAll('.words[data-opens]'))
      part.hidden =
        part.parentElement.querySelector('.mark') !== null || Date.now() < Date.parse(part.dataset.opens)
  }

  function line(word) {
    const item = document.createElement('li')
    const text = document.createElement('span')
    text.textContent = word.label
    item.append(text)
    if (word.refused) {
      const why = document.createElement('span')
      why.className = 'why'
      why.textContent = word.why === 'old' ? words.old : word.why || words.refused
      item.append(why)
    }
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'second'
    button.textContent = word.refused ? words.dismiss : words.drop
    button.addEventListener('click', async () => {
      await queue.remove(word.id)
      const card = document.getElementById(word.card)
      if (card !== null) unmark(card)
      await show()
    })
    item.append(button)
    return item
  }

  async function show() {
    const mine = (await queue.all()).filter((word) => word.person === person)
    const waiting = mine.filter((word) => !word.refused)
    box.hidden = mine.length === 0
    document.querySelector('#waiting-count').textContent = words.count.replace('{count}', waiting.length)
    document.querySelector('#waiting-list').replaceChildren(...mine.map(line))
    for (const word of waiting) {
      const card = document.getElementById(word.card)
      if (card !== null) mark(card, words.waits)
    }
    for (const word of mine.filter(({ refused }) => refused)) {
      const card = document.getElementById(word.card)
      if (card !== null && !waiting.some((other) => other.card === word.card)) unmark(card)
    }
    const gone = [...shown.values()].filter((word) => !mine.some(({ id }) => id === word.id))
    shown = new Map(waiting.map((word) => [word.id, word]))
    return { waiting, gone }
  }

  /** What the page says was done: what the last word that left the phone did. */
  function doneBy(gone) {
    const { action } = gone.at(-1)
    if (action.endsWith('/countersign')) return 'signed'
    return action.endsWith('/take-back') ? 'taken-back' : 'given'
  }

  /** Somebody who is writing is not interrupted: the page is loaded anew only where nothing would be lost. */
  function refresh(gone) {
    const writing = [...document.querySelectorAll('.airing details')].some(({ open }) => open)
    if (!writing) {
      location.replace(`/today?done=${doneBy(gone)}`)
      return
    }
    for (const word of gone) {
      const card = document.getElementById(word.card)
      if (card !== null) mark(card, words.sent)
    }
  }

  /** Where this phone keeps nothing, nothing waits. */
  function send() {
    return sendNow().catch(() => undefined)
  }

  async function sendNow() {
    const before = (await show()).waiting.length
    if (before === 0) return
    const result = await queue.sendAll(words.days)
    document.querySelector('#waiting-sign-in').hidden = !result.away.includes(person)
    const { waiting, gone } = await show()
    if (result.sent > 0 && gone.length > 0) refresh(gone)
    else if (waiting.length > 0) await askWorker()
  }

  /** The worker sends once there is a network, also when this page is closed by then. */
  async function askWorker() {
    const registration = await navigator.serviceWorker?.getRegistration()
    try {
      await registration?.sync?.register('waiting-words')
    } catch {
      // Not allowed on this phone: this page sends when it is open.
    }
  }

  document.addEventListener('submit', async (event) => {
    const form = event.target
    const label = form.dataset.word
    if (label === undefined) return
    event.preventDefault()
    const card = cardOf(form)
    const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)])
    const given = fields.find(([name]) => name === 'word')
    const action = new URL(form.action).pathname
    const word = {
      id: given === undefined ? action : given[1],
      card: card.id,
      label: `${card.dataset.label}: ${label}`,
      at: Date.now(),
      ...{ person, action, fields },
    }
    const kept = await queue.add(word, words.most).catch(() => false)
    // No room on the phone: the form goes its usual way.
    if (!kept) form.submit()
    else {
      for (const details of card.querySelectorAll('details[open]')) details.open = false
      await send()
    }
  })

  for (const form of document.querySelectorAll('form[action="/sign-out"]'))
    form.addEventListener('submit', (event) => {
      if (shown.size > 0 && !window.confirm(words.signedOut)) event.preventDefault()
    })

  function showNetwork() {
    offline.hidden = navigator.onLine && offline.dataset.cached === 'no'
  }

  async function worker() {
    if (navigator.serviceWorker === undefined) return
    // The very first time the page came without the worker, and would not be there without a network.
    const first = navigator.serviceWorker.controller === null && location.pathname === '/today'
    if (first && window.caches !== undefined) {
      // Asked for once more rather than written from here: the copy has the headers that keep it from running anything.
      const answer = await fetch('/today', { redirect: 'error' })
      const headers = new Headers(answer.headers)
      for (const name of ['Content-Encoding', 'Content-Length']) headers.delete(name)
      const kept = await caches.open('loa-today')
      if (answer.ok) await kept.put('/today', new Response(await answer.text(), { headers }))
    }
    await navigator.serviceWorker.register('/operator-worker.js')
  }

  window.addEventListener('online', () => {
    showNetwork()
    send()
  })
  window.addEventListener('offline', showNetwork)
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) send()
  })
  navigator.serviceWorker?.addEventListener('message', async () => {
    const { gone } = await show()
    if (gone.length > 0) refresh(gone)
  })
  setInterval(() => {
    openWhatBegan()
    send()
  }, retryMs)
  // A page that names its last word shows that once, and not each time it is loaded.
  if (/[?&](said|done)=/.test(location.search)) history.replaceState(null, '', location.pathname)
  worker()
    .catch(() => undefined)
    .then(() => {
      showNetwork()
      openWhatBegan()
      return send()
    })
})()
