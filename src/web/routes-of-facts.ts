/** The lines of the table of routes about facts. */
import { factChanged, factChangePage, factEnded, factEntered, factNewPage } from './pages/facts-deeds.ts'
import { factEndPage } from './pages/facts-ending.ts'
import { factAiringsSheet, factConfirmed, factPage } from './pages/facts-one.ts'
import { factConfirmers, factsPage, factsSheet, factWriters } from './pages/facts.ts'
import { provincial, type Route } from './route.ts'
import { page, sheet, type Web } from './visit.ts'

export function factsRoutes(web: Web): Route[] {
  const asked = { method: 'get', who: factWriters } as const
  const written = { method: 'post', who: factWriters, form: true } as const
  return [
    { method: 'get', path: '/facts', who: provincial, handle: page(web, factsPage) },
    { method: 'get', path: '/facts.csv', who: provincial, handle: sheet(web, factsSheet) },
    { ...asked, path: '/facts/new', handle: page(web, factNewPage) },
    { ...written, path: '/facts', handle: factEntered(web) },
    { method: 'get', path: '/facts/:id', who: provincial, handle: page(web, factPage) },
    { method: 'get', path: '/facts/:id/airings.csv', who: provincial, handle: sheet(web, factAiringsSheet) },
    { ...asked, path: '/facts/:id/change', handle: page(web, factChangePage) },
    { ...written, path: '/facts/:id/change', handle: factChanged(web) },
    { ...asked, path: '/facts/:id/end', handle: page(web, factEndPage) },
    { ...written, path: '/facts/:id/end', handle: factEnded(web) },
    {
      ...({ method: 'post', path: '/facts/:id/confirm', who: factConfirmers, form: true } as const),
      handle: factConfirmed(web),
    },
  ]
}
