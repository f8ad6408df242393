// The page of a version before an approver: a play is told to the hub when it begins and when it was heard to its end,
// and the passkey signs. The hub believes its own clock; what is here only keeps honest listeners from mistakes.
'use strict'
;(() => {
  const triesMax = 5

  const post = async (address, fields) => {
    const response = await fetch(address, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(fields),
    })
    const answer = await response.json().catch(() => ({}))
    return { ok: response.ok, answer }
  }
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

  const panel = document.querySelector('[data-hearing]')
  const players = []

  const listen = (item) => {
    const audio = item.querySelector('audio')
    const { begin, key } = item.dataset
    const [from, to] = [Number(item.dataset.from), Number(item.dataset.to)]
    let heard = 'heard' in item.dataset
    let address
    let beginning = false
    let reached = from
    const say = (words) => (item.querySelector('[data-state]').textContent = words)
    const complain = (words) => (item.querySelector('[data-why]').textContent = words)

    const start = async () => {
      beginning = true
      audio.pause()
      for (const other of players) if (other !== player) other.layAside()
      complain('')
      const { ok, answer } = await post(begin, { key }).catch(() => ({ ok: false, answer: {} }))
      beginning = false
      if (!ok) {
        complain(answer.why ?? item.dataset.wordsFailed)
        return
      }
      address = answer.heard
      reached = from
      audio.currentTime = from
      say(item.dataset.wordsHearing)
      await audio.play().catch(() => complain(item.dataset.wordsFailed))
    }

    const end = async () => {
      const told = address
      address = undefined
      if (told === undefined || heard) return
      for (let tries = 0; tries < triesMax; tries += 1) {
        const { ok, answer } = await post(told, {}).catch(() => ({ ok: false, answer: { waitMs: 2000 } }))
        if (ok) {
          heard = true
          say(item.dataset.wordsHeard)
          item.querySelector('.chip').className = 'chip met'
          panel.querySelector('[data-progress]').textContent = answer.progress
          panel.querySelector('progress').value = answer.done
          // The last of all: the page comes again, with the button that signs.
          if (answer.all) {
            location.hash = 'ky'
            location.reload()
          }
          return
        }
        if (!(answer.waitMs > 0)) {
          complain(answer.why ?? item.dataset.wordsFailed)
          say(item.dataset.wordsAgain)
          return
        }
        await pause(answer.waitMs + 100)
      }
      complain(item.dataset.wordsFailed)
    }

    audio.addEventListener('play', () => {
      if (!heard && address === undefined && !beginning) void start()
    })
    audio.addEventListener('seeking', () => {
      // Forward only as far as it was heard; back as often as one likes.
      if (!heard && address !== undefined && audio.currentTime > reached + 0.5) audio.currentTime = reached
    })
    audio.addEventListener('ratechange', () => {
      if (!heard && audio.playbackRate > 1) audio.playbackRate = 1
    })
    audio.addEventListener('timeupdate', () => {
      if (!audio.seeking) reached = Math.max(reached, audio.currentTime)
      // The address of the sound names the stretch: browsers stop at its end, and say so here and not as `ended`.
      if (address !== undefined && audio.currentTime >= to - 0.05) {
        audio.pause()
        void end()
      }
    })
    audio.addEventListener('ended', () => void end())
    audio.addEventListener('error', () => complain(item.dataset.wordsFailed))

    const player = {
      layAside() {
        audio.pause()
        if (address === undefined) return
        address = undefined
        if (!heard) say(item.dataset.wordsAgain)
      },
    }
    players.push(player)
  }

  if (panel !== null) {
    for (const piece of panel.querySelectorAll('[data-scriptless]')) piece.hidden = true
    for (const item of panel.querySelectorAll('[data-play]')) listen(item)
  }

  const { SimpleWebAuthnBrowser: passkeys } = window
  for (const form of document.querySelectorAll('[data-sign]')) {
    const here = window.isSecureContext && location.hostname === form.dataset.domain
    if (!here || !passkeys.browserSupportsWebAuthn()) continue
    form.hidden = false
    for (const note of document.querySelectorAll('[data-unsigned]')) note.hidden = true
    const why = form.querySelector('[data-why]')
    form.addEventListener('submit', async (event) => {
      event.preventDefault()
      const button = form.querySelector('button')
      why.textContent = ''
      button.disabled = true
      try {
        const answer = await passkeys.startAuthentication({ optionsJSON: JSON.parse(form.dataset.options) })
        form.elements.answer.value = JSON.stringify(answer)
        form.submit()
      } catch (error) {
        button.disabled = false
        why.textContent = `${why.dataset.wordsCancelled} (${error.name})`
      }
    })
  }
})()
