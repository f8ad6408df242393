/** Ctrl-K goes to the search of every page that shows one. */
document.addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
  if (event.key.toLowerCase() !== 'k') return
  const find = document.querySelector('#find')
  if (find === null || !find.checkVisibility()) return
  event.preventDefault()
  find.focus()
  find.select()
})
