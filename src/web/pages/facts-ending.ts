/** Giving a fact its end. */
import type { FactEntry } from '../../scripts/index.ts'
import { dayIn } from '../formats.ts'
import type { Page, Visit, Web } from '../visit.ts'
import type { Around } from './facts-form.ts'
import { byIn, differencesOf, entriesAsked, newestOf, validityIn } from './facts-lines.ts'

/** `/facts/<id>/end` */
export async function factEndPage(web: Web, visit: Visit): Promise<Page> {
  const newest = newestOf(await entriesAsked(web, visit))
  return endPage(visit, newest, { on: newest.fact.validTo ?? '', why: '' })
}

/** The form with what was typed, and why it was not taken. */
export function endPage(
  visit: Visit,
  newest: FactEntry,
  typed: { on: string; why: string },
  around: Around = {},
): Page {
  const { say, language } = visit
  const { fact } = newest
  const name = fact.name[language]
  const title = say('facts.end-title')
  const { conflict } = around
  return {
    view: 'fact-end',
    title,
    section: 'facts',
    model: {
      ...{ title, back: `/facts/${fact.id}`, backName: name, action: `/facts/${fact.id}/end` },
      ...{ based: newest.number, on: typed.on, why: typed.why, validity: validityIn(visit, fact) },
      onWhy: around.wrong?.on ?? '',
      refusal: around.refusal ?? '',
      today: dayIn(language, visit.today),
      conflict:
        conflict === undefined
          ? null
          : {
              lead: say('facts.conflict', { name: byIn(visit, conflict.theirs.by, conflict.names) }),
              theirs: differencesOf(visit, conflict.seen, conflict.theirs.fact),
            },
    },
  }
}
