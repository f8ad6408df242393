/**
 * Sends a recording in pieces, so that a weak network only makes it slower: what was sent stays on the hub for a day,
 * and the same file goes on where it stopped, even after the page was loaded again. When all of it is there, the form
 * goes its usual way with the file's id.
 */
;(function () {
  'use strict'
  const tus = window.tus
  const form = document.querySelector('#upload-form')
  if (form === null || tus === undefined || !tus.isSupported) return

  const part = (id) => document.querySelector(`#${id}`)
  const words = JSON.parse(form.dataset.words)
  const language = document.documentElement.lang
  const megabyte = 1024 * 1024
  /** Small enough for a piece to arrive within seconds over 3G. */
  const pieceBytes = megabyte / 2
  const retryDelays = [0, 1000, 3000, 5000, 10000, 20000]
  /** The speed of so many seconds tells how long the rest will take. */
  const lookBackMs = 15000

  /** idle, sending, paused (by a person), cut (by the network) or treating. */
  let state = 'idle'
  let upload = null
  let speed = []
  let sentSoFar = ''

  // The file goes in pieces of its own; only its id goes with the form.
  form.enctype = 'application/x-www-form-urlencoded'
  part('file').removeAttribute('name')

  function filled(text, values) {
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name])
  }

  function figure(value, digits) {
    const format = { minimumFractionDigits: digits, maximumFractionDigits: digits }
    return value.toLocaleString(language, format)
  }

  function become(next, text) {
    state = next
    const running = state === 'sending' || state === 'paused' || state === 'cut'
    part('sending').hidden = state === 'idle'
    part('pause').parentElement.hidden = !running
    part('pause').textContent = state === 'sending' ? words.pause : words.resume
    part('send').disabled = state !== 'idle'
    part('file').disabled = state !== 'idle'
    // While nothing moves there is no telling how long it will take.
    if (state === 'paused' || state === 'cut') part('sent').textContent = sentSoFar
    if (part('said').textContent !== text) part('said').textContent = text
  }

  function wrong(text) {
    part('file-why').textContent = text
    part('file-field').classList.toggle('wrong', text !== '')
    if (text === '') part('file').removeAttribute('aria-invalid')
    else part('file').setAttribute('aria-invalid', 'true')
  }

  function show(sent, total) {
    const now = performance.now()
    speed = speed.filter(({ at }) => now - at < lookBackMs)
    // After a lost connection less has come than was sent.
    if (speed.some((one) => one.sent > sent)) speed = []
    speed.push({ at: now, sent })
    part('progress').value = (sent / total) * 100
    const values = { sent: figure(sent / megabyte, 1), total: figure(total / megabyte, 1) }
    const left = timeLeft(total - sent)
    sentSoFar = filled(words.sent, values)
    part('sent').textContent = left === '' ? sentSoFar : `${sentSoFar}, ${left}`
  }

  function timeLeft(bytes) {
    const first = speed[0]
    const last = speed[speed.length - 1]
    if (last.at - first.at < 1000 || last.sent === first.sent || bytes === 0) return ''
    const seconds = Math.ceil((bytes * (last.at - first.at)) / (last.sent - first.sent) / 1000)
    if (seconds < 90) return filled(words.leftSeconds, { count: figure(seconds, 0) })
    return filled(words.leftMinutes, { count: figure(Math.ceil(seconds / 60), 0) })
  }

  function statusOf(error) {
    return error.originalResponse ? error.originalResponse.getStatus() : 0
  }

  function failed(error) {
    const status = statusOf(error)
    const final = { 400: words.refused, 403: words.refused, 413: words.refused, 503: words.tooMany }[status]
    if (final !== undefined) {
      become('idle', '')
      wrong(final)
    } else become('cut', navigator.onLine ? words.cut : words.offline)
  }

  function shouldRetry(error) {
    const status = statusOf(error)
    const passing = status === 0 || status === 409 || status === 423 || (status >= 500 && status !== 503)
    if (!passing || !navigator.onLine) return false
    become('sending', words.retrying)
    return true
  }

  function arrived() {
    part('upload-id').value = upload.url.split('/').pop()
    treat()
    form.submit()
  }

  function treat() {
    part('progress').removeAttribute('value')
    become('treating', words.treating)
  }

  function send(file) {
    wrong('')
    speed = []
    upload = new tus.Upload(file, {
      endpoint: form.dataset.endpoint,
      chunkSize: pieceBytes,
      retryDelays,
      metadata: { filename: file.name },
      removeFingerprintOnSuccess: true,
      onShouldRetry: shouldRetry,
      onProgress(sent, total) {
        show(sent, total)
        if (state === 'sending' && part('said').textContent === words.retrying)
          become('sending', words.sending)
      },
      onError: failed,
      onSuccess: arrived,
    })
    const mine = upload
    become('sending', words.sending)
    show(0, file.size)
    // On a phone it may lie below the edge, or behind the bar at the foot.
    part('sending').scrollIntoView({ block: 'center' })
    mine.findPreviousUploads().then((previous) => {
      if (upload !== mine || state !== 'sending') return
      if (previous.length > 0) {
        become('sending', words.resuming)
        mine.resumeFromPreviousUpload(previous[previous.length - 1])
      }
      mine.start()
    })
  }

  function goOn() {
    speed = []
    become('sending', words.sending)
    upload.start()
  }

  form.addEventListener('submit', (event) => {
    const file = part('file').files[0]
    if (state !== 'idle') event.preventDefault()
    // The file is on the hub already, and only a field was wrong.
    else if (file === undefined) treat()
    else {
      event.preventDefault()
      const most = Number(form.dataset.most)
      if (file.size <= most) {
        send(file)
        return
      }
      const values = { size: figure(file.size / megabyte, 1), most: figure(most / megabyte, 0) }
      wrong(filled(words.tooLarge, values))
      part('file').focus()
    }
  })

  part('pause').addEventListener('click', () => {
    if (state !== 'sending') {
      goOn()
      return
    }
    upload.abort()
    become('paused', words.paused)
  })

  part('cancel').addEventListener('click', () => {
    const ended = upload
    upload = null
    become('idle', words.cancelled)
    part('send').focus()
    // What cannot be removed now is removed after a day.
    ended.abort(true).catch(() => undefined)
  })

  part('file').addEventListener('change', () => wrong(''))
  window.addEventListener('online', () => {
    if (state === 'cut') goOn()
  })
  window.addEventListener('pageshow', (event) => {
    // Back from the next page: the form is as it was left, and its file is gone.
    if (event.persisted) location.reload()
  })
})()
