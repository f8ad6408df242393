/** The lines of the table of routes about what commune operators do. */
import type { KeepPage } from './kept-pages.ts'
import { stationTodayPage, todayPage } from './pages/today.ts'
import { wordGiven, wordSigned, wordTakenBack } from './pages/today-deeds.ts'
import { todayScriptPage } from './pages/today-script.ts'
import { operatorManifest, operatorWorker } from './operator-worker.ts'
import { readers, type Route, signedIn } from './route.ts'
import { witnesses } from './today-cards.ts'
import { page, type Web } from './visit.ts'

export function operatorRoutes(web: Web, keep: KeepPage): Route[] {
  const deed = { method: 'post', who: witnesses, scope: 'one', form: true } as const
  const bare = { method: 'get', who: 'everyone', bare: true } as const
  return [
    {
      method: 'get',
      path: '/today',
      who: ['operator'],
      scope: 'list',
      handle: keep(todayPage, page(web, todayPage)),
    },
    {
      ...({ method: 'get', path: '/stations/:id/today', who: signedIn, scope: 'one' } as const),
      handle: page(web, stationTodayPage),
    },
    {
      ...({ method: 'get', path: '/airings/:id/script', who: readers, scope: 'one' } as const),
      handle: page(web, todayScriptPage),
    },
    { ...deed, path: '/airings/:id/attest', handle: wordGiven(web) },
    { ...deed, path: '/attestations/:id/countersign', handle: wordSigned(web) },
    { ...deed, path: '/attestations/:id/take-back', handle: wordTakenBack(web) },
    { ...bare, path: '/operator-worker.js', handle: operatorWorker(web) },
    { ...bare, path: '/manifest.webmanifest', handle: operatorManifest(web) },
  ]
}
