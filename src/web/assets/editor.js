/**
 * Writing with a little help: placeholders put in at the cursor, and a copy of what is being typed, kept by this tab
 * until it was saved. All of the editor works without it.
 */
;(function () {
  'use strict'
  const part = (id) => document.querySelector(`#${id}`)
  const prefix = 'loa-writing:'
  const copies = () => Object.keys(sessionStorage).filter((key) => key.startsWith(prefix))
  const kept = (key) => {
    try {
      return JSON.parse(sessionStorage.getItem(key) || 'null')
    } catch {
      return null
    }
  }

  // The page after saving: what was typed is a version now.
  if (part('saved') !== null) {
    for (const key of copies())
      if (key.endsWith(':/scripts/new') || key.endsWith(`:${location.pathname}/edit`))
        sessionStorage.removeItem(key)
  }

  const form = part('editor')
  if (form === null) return
  // A copy is for whoever typed it: not for the next person in this tab. Where nobody is signed in any more it waits.
  const { person } = form.dataset
  const own = `${prefix}${person}:`
  const place = own + location.pathname
  if (person !== '') for (const key of copies()) if (!key.startsWith(own)) sessionStorage.removeItem(key)

  const fields = () =>
    [...form.elements].filter(
      ({ name, type }) =>
        name !== '' && type !== 'submit' && type !== 'button' && !/^say-|^station$/.test(name),
    )
  const typed = () =>
    Object.fromEntries(
      fields().map((one) => [one.name, one.type === 'checkbox' ? (one.checked ? '1' : '') : one.value]),
    )
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other)

  let waiting
  const keep = () => {
    clearTimeout(waiting)
    if (person === '') return
    waiting = setTimeout(() => {
      try {
        const copy = { at: new Date().toLocaleTimeString(document.documentElement.lang), fields: typed() }
        sessionStorage.setItem(place, JSON.stringify(copy))
      } catch {
        // A full or closed store: the form itself still has everything.
      }
    }, 400)
  }
  form.addEventListener('input', keep)

  const copy = kept(place)
  if (form.dataset.fresh === undefined) keep()
  else if (copy !== null && !same(copy.fields, typed())) offer(copy)

  function offer({ at, fields: values }) {
    const words = JSON.parse(part('kept').dataset.words)
    part('kept-said').textContent = words.found.replace('{at}', at)
    part('kept').hidden = false
    part('kept-take').addEventListener('click', () => {
      // With the version they were typed upon: somebody may have saved since, and that is to be noticed.
      for (const one of fields()) {
        const value = values[one.name]
        if (value === undefined) continue
        if (one.type === 'checkbox') one.checked = value === '1'
        else one.value = value
      }
      part('kept').hidden = true
      part('body').focus()
    })
    part('kept-drop').addEventListener('click', () => {
      sessionStorage.removeItem(place)
      part('kept').hidden = true
    })
  }

  // Twice pressed is once sent; back from the next page it can be pressed again.
  let sent = false
  form.addEventListener('submit', (event) => {
    if (sent) event.preventDefault()
    sent = true
    // A network that was down is tried again.
    setTimeout(() => (sent = false), 3000)
  })
  window.addEventListener('pageshow', () => {
    sent = false
  })

  if (part('insert') !== null) {
    part('insert').hidden = false
    part('insert-do').addEventListener('click', () => {
      const name = part('slot').value
      const body = part('body')
      if (name === '') return
      body.setRangeText(`{{${name}}}`, body.selectionStart, body.selectionEnd, 'end')
      body.focus()
      body.dispatchEvent(new Event('input', { bubbles: true }))
      body.dispatchEvent(new Event('keyup', { bubbles: true }))
    })
  }
})()
