/** What people do to a version on the page of its script: submit it, withdraw it, take it away as a file. */
import type { RequestHandler } from 'express'
import { submitToBeRead } from '../../audio/index.ts'
import { AppError } from '../../base/errors.ts'
import { loadPlaceholders, scriptMarkdown, withdrawVersion } from '../../scripts/index.ts'
import { sendSound } from '../audio.ts'
import { statusOf } from '../errors.ts'
import { fieldIn } from '../forms.ts'
import { type Page, send, visitOf, type Visit, type Web } from '../visit.ts'
import { sentence } from '../words/index.ts'
import { scriptAsked, versionThere } from './editor.ts'
import { speechFolder } from './editor-ground.ts'
import { presentAt } from './me.ts'
import { scriptPage } from './scripts-one.ts'

/** The version of the address. Refuses (`not_found`) what there is not. */
async function versionAsked(web: Web, visit: Visit) {
  const { id } = await scriptAsked(web, visit)
  const number = visit.part('version')
  if (!/^[1-9]\d{0,5}$/.test(number)) throw new AppError('not_found', sentence('error.no-version'))
  return versionThere(web, id, Number(number))
}

/** `POST /scripts/<id>/<version>/submit`: then its page; refused, its page with why. */
export function submitted(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const { script, version } = await versionAsked(web, visit)
    const by = presentAt(request).person.id
    try {
      await submitToBeRead(web.database, {
        ...{ script, version, by, now: visit.now },
        speechFolder: speechFolder(web),
        placeholders: loadPlaceholders(web.content),
        speakUnconfirmed: web.speakUnconfirmed,
      })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const refusal = error.sentence[visit.language]
      send(web, response, visit, await scriptPage(web, visit, { refusal }), statusOf[error.code])
      return
    }
    response.redirect(303, `/scripts/${script}?version=${version}&submitted=1`)
  }
}

/** `/scripts/<id>/<version>/withdraw`: says what withdrawing means, and asks why. */
export async function withdrawPage(web: Web, visit: Visit, { why = '', refusal = '' } = {}): Promise<Page> {
  const { script, version, source } = await versionAsked(web, visit)
  const name = visit.language === 'vi' ? source.title : source.titleEn
  const title = visit.say('script.withdraw-title', { title: name, version })
  return {
    view: 'scripts-withdraw',
    title,
    section: 'scripts',
    model: {
      ...{ title, why, refusal },
      action: `/scripts/${script}/${version}/withdraw`,
      back: `/scripts/${script}?version=${version}`,
    },
  }
}

/** `POST /scripts/<id>/<version>/withdraw`: then its page; refused, the question again with why. */
export function withdrawn(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const { script, version } = await versionAsked(web, visit)
    const why = fieldIn(request.body, 'why')
    try {
      const by = presentAt(request).person.id
      await withdrawVersion(web.database, { script, version, by, why, now: visit.now })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const refusal = error.sentence[visit.language]
      send(web, response, visit, await withdrawPage(web, visit, { why, refusal }), statusOf[error.code])
      return
    }
    response.redirect(303, `/scripts/${script}?version=${version}`)
  }
}

/** `/scripts/<id>/<version>.md`: the version as a file of content/, under a name of letters, figures and hyphens. */
export function markdownFile(web: Web): RequestHandler {
  return async (request, response) => {
    const visit = visitOf(web, request)
    const { script, version, source } = await versionAsked(web, visit)
    response
      .attachment(`${script}-${version}${web.training ? '-tap-huan' : ''}.md`)
      .type('text/markdown; charset=utf-8')
      .set('Cache-Control', 'no-store')
      .send(scriptMarkdown(source))
  }
}

/** `/scripts/listen/<id>.mp3`: a draft that was read to its writer, for as long as it is kept. */
export function draftSound(web: Web): RequestHandler {
  return async (request, response) => {
    const id = String(request.params['id'])
    const path = /^draft-[0-9a-f]{20}$/.test(id) ? await web.drafts?.pathOf(id) : undefined
    if (path === undefined) throw new AppError('not_found', sentence('error.no-draft'))
    await sendSound(response, path, { type: 'audio/mpeg', keeping: 'no-store' })
  }
}
