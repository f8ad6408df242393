/** The lines of the table of routes about scripts and their writing. */
import { editorSignedOut, editorTaken, editPage, newPage } from './pages/editor.ts'
import { draftSound, markdownFile, submitted, withdrawn, withdrawPage } from './pages/scripts-deeds.ts'
import { imported, importPage } from './pages/scripts-import.ts'
import { scriptPage } from './pages/scripts-one.ts'
import { scriptsPage, scriptsSheet, writers as who } from './pages/scripts.ts'
import { type FormBound, provincial, type Route } from './route.ts'
import { page, sheet, type Web } from './visit.ts'

/**
 * A text of 200 kB has up to nine bytes for a letter on its way, and is to come back with a sentence rather than be
 * lost; each of thirty questions may have a field of its own.
 */
const editorForm: FormBound = { bytes: 2 * 1024 * 1024, fields: 80 }

export function writingRoutes(web: Web): Route[] {
  const read = { method: 'get', who: provincial } as const
  const write = { method: 'get', who } as const
  const done = { method: 'post', who, form: true } as const
  const typed = { ...done, form: editorForm, handle: editorTaken(web), signedOut: editorSignedOut(web) }
  return [
    { ...read, path: '/scripts', handle: page(web, scriptsPage) },
    { ...read, path: '/scripts.csv', handle: sheet(web, scriptsSheet) },
    { ...write, path: '/scripts/new', handle: page(web, newPage) },
    { ...typed, path: '/scripts/new' },
    { ...write, path: '/scripts/import', handle: page(web, importPage) },
    // Its body is a file, which the handler reads within a bound of its own.
    { method: 'post', who, path: '/scripts/import', handle: imported(web) },
    { ...write, path: '/scripts/listen/:id.mp3', handle: draftSound(web) },
    { ...read, path: '/scripts/:id', handle: page(web, scriptPage) },
    { ...write, path: '/scripts/:id/edit', handle: page(web, editPage) },
    { ...typed, path: '/scripts/:id/edit' },
    { ...read, path: '/scripts/:id/:version.md', handle: markdownFile(web) },
    { ...done, path: '/scripts/:id/:version/submit', handle: submitted(web) },
    { ...write, path: '/scripts/:id/:version/withdraw', handle: page(web, withdrawPage) },
    { ...done, path: '/scripts/:id/:version/withdraw', handle: withdrawn(web) },
  ]
}
