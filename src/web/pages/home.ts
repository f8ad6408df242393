/** Where each role begins: what waits for them first, then how the month stands. */
import { monthOf } from '../../base/calendar.ts'
import { coverageOf } from '../../reports/index.ts'
import { type Standing, standingOf } from '../standing.ts'
import type { Page, Visit, Web } from '../visit.ts'
import { adminHome } from './home-admin.ts'
import { approverHome } from './home-approver.ts'
import { auditorHome } from './home-auditor.ts'
import { editorHome } from './home-editor.ts'
import { monthPage } from './month.ts'

/** `/`: by role; whoever has no account begins with the month, and an operator is led elsewhere (routes.ts). */
export function homePage(web: Web, visit: Visit): Promise<Page> {
  switch (visit.person?.role) {
    case 'editor':
      return homeOf(web, visit, 'home-editor', editorHome)
    case 'approver':
      return homeOf(web, visit, 'home-approver', approverHome)
    case 'admin':
      return homeOf(web, visit, 'home-admin', adminHome)
    case 'auditor':
      return auditorHome(web, visit)
    default:
      return monthPage(web, visit)
  }
}

async function homeOf(
  web: Web,
  visit: Visit,
  view: string,
  show: (web: Web, visit: Visit, me: string) => Promise<object>,
): Promise<Page> {
  const { person, say } = visit
  const title = say('home.title', { name: person?.name ?? '' })
  return {
    view,
    title,
    section: 'home',
    model: { title, ...(await show(web, visit, person?.id ?? '')), standing: await present(web, visit) },
  }
}

/** The present month in short, with the way to all of it. */
async function present(web: Web, visit: Visit): Promise<Standing & { monthHref: string }> {
  const month = monthOf(visit.now)
  const coverage = await coverageOf(web.database, { month, now: visit.now })
  return { ...standingOf(visit, coverage), monthHref: '/month' }
}
