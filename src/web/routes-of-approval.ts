/** The lines of the table of routes about approval and signing keys. */
import { approvalsPage, approvalsSheet } from './pages/approvals.ts'
import { playBegun, playHeard, returned, signedOnPage } from './pages/approvals-deeds.ts'
import { approvalPage } from './pages/approvals-version.ts'
import { keysPage, keysSheet } from './pages/keys.ts'
import { keyRevoked, keyWords, passkeyBegun, passkeyMade } from './pages/keys-deeds.ts'
import { provincial, type Route } from './route.ts'
import { page, sheet, type Web } from './visit.ts'
import type { Who } from './who.ts'

/** Never the open desk: a signature and a word for a key are a person's. */
const approvers: readonly Who[] = ['approver']
const vouching: readonly Who[] = ['admin', 'approver']
const seeKeys: readonly Who[] = ['admin', 'approver', 'auditor']

export function approvalRoutes(web: Web): Route[] {
  const one = '/approvals/:script/:version'
  const signing = { method: 'post', who: approvers, form: true } as const
  return [
    { method: 'get', path: '/approvals', who: provincial, handle: page(web, approvalsPage) },
    { method: 'get', path: '/approvals.csv', who: provincial, handle: sheet(web, approvalsSheet) },
    { method: 'get', path: one, who: provincial, handle: approvalPage(web) },
    { ...signing, path: `${one}/plays`, handle: playBegun(web) },
    { ...signing, path: `${one}/plays/:number/heard`, handle: playHeard(web) },
    { ...signing, path: `${one}/sign`, handle: signedOnPage(web) },
    { ...signing, path: `${one}/return`, handle: returned(web) },
    ...keyRoutes(web),
  ]
}

function keyRoutes(web: Web): Route[] {
  const words = keyWords(web)
  const said = { method: 'post', who: vouching, form: true } as const
  return [
    { method: 'get', path: '/keys', who: seeKeys, handle: keysPage(web) },
    { method: 'get', path: '/keys.csv', who: seeKeys, handle: sheet(web, keysSheet) },
    { ...said, path: '/keys/passkeys/begin', who: approvers, bounded: true, handle: passkeyBegun(web) },
    { ...said, path: '/keys/passkeys', who: approvers, handle: passkeyMade(web) },
    { ...said, path: '/keys/:kid/enrol', who: ['admin'], handle: words.enrol },
    ...(['give-up', 'confirm', 'enrol-again'] as const).map((word) => ({
      ...{ ...said, path: `/keys/:kid/${word}`, handle: words[word] },
    })),
    { ...said, path: '/keys/:kid/revoke', handle: keyRevoked(web) },
  ]
}
