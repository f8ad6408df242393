/**
 * The process that is measured by the bench of the pages: the pages on a year's database and, on another port, an empty
 * page of express and Handlebars with nothing else around it. Told to, it takes in the fleet's receipts as the hub does.
 */
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import express from 'express'
import Handlebars from 'handlebars'
import { silentLog } from '../../src/base/log.ts'
import { type Clock, monotonicMilliseconds, plusMilliseconds } from '../../src/base/time.ts'
import { openDatabase } from '../../src/db/index.ts'
import { createIngest } from '../../src/evidence/index.ts'
import { createWeb } from '../../src/web/index.ts'
import { topics } from '../../src/wire/topics.ts'
import { secret } from '../people/office.ts'
import { today } from '../web/month.ts'

/** What the bench tells this process, and what it answers. */
export type ToServer = { fleet: string; perSecond: number }
export type FromServer =
  { ports: { pages: number; empty: number } } | { taken: { kept: number; refused: number; seconds: number } }

/** As the hub has it. */
const ingestPauseMs = 20

const [file = '', audioFolder = ''] = process.argv.slice(2)
const began = monotonicMilliseconds()
/** The time of the month, going on: what is kept must not outlive a moment that stands still. */
const clock: Clock = {
  now: () => plusMilliseconds(today, Math.floor(monotonicMilliseconds() - began)),
  wait: () => Promise.resolve(),
}
const database = openDatabase(file)
const ingest = createIngest({ database, publishAck: () => Promise.resolve(), clock, log: silentLog })
setInterval(() => void ingest.flush(), ingestPauseMs)

const pages = createWeb({
  ...{ database, audioFolder, clock, log: silentLog, version: '0', secret },
  requestsMax: Number.MAX_SAFE_INTEGER,
})
const empty = express()
const template = Handlebars.compile(
  '<!doctype html><html lang="vi"><head><title>{{title}}</title></head><body></body></html>',
)
empty.get('/', (_request, response) => {
  response.type('html').send(template({ title: 'Loa Làng' }))
})

async function listening(app: express.Express): Promise<number> {
  const server = app.listen(0, '127.0.0.1')
  server.keepAliveTimeout = 120_000
  await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}

function tell(message: FromServer): void {
  process.send?.(message)
}

process.on('message', ({ fleet, perSecond }: ToServer) => {
  const messages = JSON.parse(readFileSync(fleet, 'utf8')) as { device: string; message: string }[]
  const from = monotonicMilliseconds()
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.min(messages.length, ((monotonicMilliseconds() - from) / 1000) * perSecond)
    for (; sent < due; sent += 1) {
      const { device, message } = messages[sent] ?? { device: '', message: '' }
      ingest.note(topics.receipts(device), Buffer.from(message, 'base64'))
    }
    if (sent < messages.length) return
    clearInterval(timer)
    void ingest.idle().then(() => {
      const { kept, refused } = ingest.counts
      tell({ taken: { kept, refused, seconds: (monotonicMilliseconds() - from) / 1000 } })
    })
  }, 10)
})
process.on('disconnect', () => process.exit())

tell({ ports: { pages: await listening(pages), empty: await listening(empty) } })
