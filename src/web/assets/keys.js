// The page of signing keys: an approver's browser makes a passkey, and the form brings it to the hub.
'use strict'
;(() => {
  const { SimpleWebAuthnBrowser: passkeys } = window
  for (const form of document.querySelectorAll('[data-make]')) {
    const here = window.isSecureContext && location.hostname === form.dataset.domain
    if (!here || !passkeys.browserSupportsWebAuthn()) continue
    form.hidden = false
    for (const note of document.querySelectorAll('[data-unmade]')) note.hidden = true
    const why = form.querySelector('[data-why]')
    form.addEventListener('submit', async (event) => {
      event.preventDefault()
      const button = form.querySelector('button')
      why.textContent = ''
      button.disabled = true
      try {
        const body = new URLSearchParams(new FormData(form))
        const response = await fetch(form.dataset.begin, { method: 'POST', body })
        const optionsJSON = await response.json()
        if (!response.ok) throw Object.assign(new Error(optionsJSON.why), { said: optionsJSON.why })
        const answer = await passkeys.startRegistration({ optionsJSON })
        form.elements.answer.value = JSON.stringify(answer)
        // What was asked to begin goes no further.
        for (const field of form.querySelectorAll('[data-secret]')) field.disabled = true
        form.submit()
      } catch (error) {
        button.disabled = false
        why.textContent = error.said ?? `${why.dataset.wordsCancelled} (${error.name})`
      }
    })
  }
})()
