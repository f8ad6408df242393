/** New backup codes for oneself, against the password and a code that the app shows now. */
import type { RequestHandler } from 'express'
import { timeOfDay } from '../../base/calendar.ts'
import type { Renewing } from '../../people/index.ts'
import { fieldIn, fromOf } from '../forms.ts'
import { type Page, send, type Visit, visitOf, type Web } from '../visit.ts'
import { presentAt } from './me.ts'

type Wrong = { password?: string; code?: string }

/** `/me/backup-codes`; whoever has no codes yet is told where to set them up. */
export function backupCodesPage(web: Web): RequestHandler {
  return (request, response) => {
    const visit = visitOf(web, request)
    send(web, response, visit, renewForm(visit, {}, presentAt(request).codes))
  }
}

/** `POST /me/backup-codes`: shows the new ones, once. */
export function backupCodesRenewed(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const typed = {
      password: fieldIn(request.body, 'password'),
      code: fieldIn(request.body, 'code').slice(0, 20),
    }
    const renewed = await web.gate.renewBackupCodes(typed, fromOf(request))
    if (renewed.state === 'renewed') {
      const next = { href: '/me', name: visit.say('me.title') }
      send(web, response, visit, codesShown(visit, renewed.codes, visit.say('backup.done'), next))
      return
    }
    const status = renewed.state === 'wrong' ? 400 : 429
    send(web, response, visit, renewForm(visit, whyNot(visit, renewed)), status)
  }
}

/** The page that shows backup codes this once: what was done, and where to go on. */
export function codesShown(
  { say }: Visit,
  backup: readonly string[],
  done: string,
  next: { href: string; name: string },
): Page {
  const title = say('backup.title')
  return { view: 'codes-done', title, section: null, model: { title, backup, done, next } }
}

function whyNot({ say }: Visit, renewed: Exclude<Renewing, { state: 'renewed' }>): Wrong {
  switch (renewed.state) {
    case 'locked':
      return { password: say('signin.locked', { time: timeOfDay(renewed.until).slice(0, 5) }) }
    case 'busy':
      return { code: say('error.too-often') }
    default:
      return renewed.field === 'password'
        ? { password: say('codes.password-wrong') }
        : { code: say('code.wrong') }
  }
}

function renewForm({ say }: Visit, wrong: Wrong, codes = true): Page {
  const title = say('backup.renew')
  const model = { title, codes, passwordWhy: wrong.password ?? '', codeWhy: wrong.code ?? '' }
  return { view: 'backup-codes', title, section: null, model }
}
