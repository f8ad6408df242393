/** The lines of the table of routes about signing in, people and the log. */
import { backupCodesPage, backupCodesRenewed } from './pages/backup-codes.ts'
import { codesBegun, codesPage, codesProved, mePage, mySessionEnded, passwordChanged } from './pages/me.ts'
import { logPage, logSheet } from './pages/log.ts'
import { peoplePage, peopleSheet, personPage } from './pages/people.ts'
import { deedsOfAdmins, invited, invitePage, linkDeed, personDeed, unitsGiven } from './pages/people-deeds.ts'
import { codeGiven, codePage, signedIn as nameGiven, signedOut, signInPage } from './pages/sign-in.ts'
import { welcomed, welcomePage } from './pages/welcome.ts'
import { type Route, signedIn } from './route.ts'
import { page, sheet, type Web } from './visit.ts'
import type { Who } from './who.ts'

const admins: readonly Who[] = ['admin']
/** Approvers too: one of them says the second word for a suspended key. */
const seePeople: readonly Who[] = ['admin', 'approver', 'auditor']
const seeLog: readonly Who[] = ['admin', 'auditor']

export function peopleRoutes(web: Web): Route[] {
  return [...signingIn(web), ...oneself(web), ...others(web)]
}

function signingIn(web: Web): Route[] {
  const open = { who: 'everyone' } as const
  const tried = { ...open, method: 'post', form: true, bounded: true } as const
  return [
    { method: 'get', path: '/sign-in', ...open, handle: signInPage(web) },
    { ...tried, path: '/sign-in', handle: nameGiven(web) },
    { method: 'get', path: '/sign-in/code', ...open, handle: codePage(web) },
    { ...tried, path: '/sign-in/code', handle: codeGiven(web) },
    { method: 'post', path: '/sign-out', ...open, handle: signedOut(web) },
    { method: 'get', path: '/welcome/:secret', ...open, bounded: true, handle: page(web, welcomePage) },
    { ...tried, path: '/welcome/:secret', handle: welcomed(web) },
  ]
}

function oneself(web: Web): Route[] {
  const mine = { who: signedIn, unfinished: true } as const
  const given = { ...mine, method: 'post', form: true, bounded: true } as const
  return [
    { method: 'get', path: '/me', who: signedIn, handle: mePage(web) },
    {
      method: 'post',
      path: '/me/password',
      who: signedIn,
      form: true,
      bounded: true,
      handle: passwordChanged(web),
    },
    { method: 'post', path: '/me/sessions/:id/end', who: signedIn, handle: mySessionEnded(web) },
    { method: 'get', path: '/me/codes', ...mine, handle: codesPage(web) },
    { ...given, path: '/me/codes/begin', handle: codesBegun(web) },
    { ...given, path: '/me/codes/prove', handle: codesProved(web) },
    { method: 'get', path: '/me/backup-codes', who: signedIn, handle: backupCodesPage(web) },
    {
      ...({ method: 'post', path: '/me/backup-codes', who: signedIn, form: true, bounded: true } as const),
      handle: backupCodesRenewed(web),
    },
  ]
}

function others(web: Web): Route[] {
  const deeds = deedsOfAdmins(web)
  const steering = { method: 'post', who: admins, form: true } as const
  return [
    { method: 'get', path: '/people', who: seePeople, handle: page(web, peoplePage) },
    { method: 'get', path: '/people.csv', who: seePeople, handle: sheet(web, peopleSheet) },
    { method: 'get', path: '/people/new', who: admins, handle: page(web, invitePage) },
    { ...steering, path: '/people', handle: invited(web) },
    { method: 'get', path: '/people/:id', who: seePeople, handle: page(web, personPage) },
    ...(['role', 'suspend', 'restore', 'reset-codes', 'end-sessions'] as const).map((deed) => ({
      ...steering,
      path: `/people/:id/${deed}`,
      handle: personDeed(web, deeds[deed]),
    })),
    { ...steering, path: '/people/:id/units', handle: unitsGiven(web) },
    ...(['invite', 'reset-password'] as const).map((deed) => ({
      ...steering,
      path: `/people/:id/${deed}`,
      handle: linkDeed(web, deeds[deed]),
    })),
    { method: 'get', path: '/log', who: seeLog, handle: page(web, logPage) },
    { method: 'get', path: '/log.csv', who: seeLog, handle: sheet(web, logSheet) },
  ]
}
