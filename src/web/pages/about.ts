/** What this is, which versions run, where the data come from, and what is invented. */
import { loadedEdition } from '../../registry/index.ts'
import { momentIn } from '../formats.ts'
import type { Page, Visit, Web } from '../visit.ts'

/** `/about` */
export async function aboutPage(web: Web, visit: Visit): Promise<Page> {
  const edition = await loadedEdition(web.database)
  const moment = edition === undefined ? '' : momentIn(visit.language, edition.loadedAt)
  const word = edition?.sample === true ? 'about.registry-sample' : 'about.registry-loaded'
  return {
    view: 'about',
    title: visit.say('about.title'),
    section: 'about',
    model: {
      version: web.version,
      // Whoever signed in has pages for it, and mostly no command line.
      commands: visit.say(visit.person === undefined ? 'about.commands-text' : 'about.pages-text'),
      node: process.version,
      registry: edition === undefined ? visit.say('about.registry-none') : visit.say(word, { moment }),
    },
  }
}
