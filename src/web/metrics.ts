/** Figures for Prometheus, read from the database when they are asked for. */
import type { RequestHandler } from 'express'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { dayOf, monthOf } from '../base/calendar.ts'
import { monotonicMilliseconds } from '../base/time.ts'
import { airingOutcomes } from '../evidence/index.ts'
import { coverageOf } from '../reports/index.ts'
import { airingStates } from './airing-lines.ts'
import { deviceLines, deviceStates } from './device-lines.ts'
import type { Visit, Web } from './visit.ts'
import { sayIn } from './words/index.ts'

export type Metrics = {
  /** `/metrics` in Prometheus' text form. */
  serve: RequestHandler
  /** Measures every request that passes. */
  measure: RequestHandler
}

/** One set of figures for one application. */
export function createMetrics(web: Web): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const gauge = <T extends string>(name: string, help: string, labelNames: T[] = []): Gauge<T> =>
    new Gauge({ name, help, labelNames, registers })
  const devices = gauge('loa_devices', 'Controllers by state.', ['state'])
  const airings = gauge('loa_airings', 'Airings of the present month by outcome.', ['outcome'])
  const obligations = gauge('loa_obligations', 'Units that the message must reach in the present month.')
  const met = gauge(
    'loa_obligations_met',
    'Units in which every area has a confirmed airing in the present month.',
  )
  const receipts = new Counter({
    name: 'loa_receipts_total',
    help: 'What became of what controllers sent since the hub started.',
    labelNames: ['result'],
    registers,
  })
  const uploads = new Counter({
    name: 'loa_uploads_total',
    help: 'What became of recordings that people sent through the pages since the hub started.',
    labelNames: ['result'],
    registers,
  })
  const seconds = new Histogram({
    name: 'loa_http_seconds',
    help: 'Time to answer a request.',
    labelNames: ['route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  })

  async function read(): Promise<void> {
    const now = web.clock.now()
    const month = monthOf(now)
    const lines = await deviceLines(web, bareVisit(now))
    for (const state of deviceStates)
      devices.set({ state }, lines.filter((line) => line.state === state).length)
    const outcomes = await airingOutcomes(web.database, { month, now })
    for (const state of airingStates)
      airings.set({ outcome: state }, outcomes.filter((one) => one.state === state).length)
    const coverage = await coverageOf(web.database, { month, now })
    obligations.set(coverage.obligations)
    met.set(coverage.met)
    receipts.reset()
    for (const [result, count] of Object.entries(web.ingestCounts ?? {})) receipts.inc({ result }, count)
    uploads.reset()
    for (const [result, count] of Object.entries(web.uploadCounts)) uploads.inc({ result }, count)
  }

  return {
    async serve(_request, response) {
      await read()
      response
        .set('Cache-Control', 'no-store')
        .type(registry.contentType)
        .send(await registry.metrics())
    },
    measure(request, response, next) {
      const began = monotonicMilliseconds()
      response.on('finish', () => {
        // The route's pattern, never the address: addresses have no end, and people's words are in them.
        const route = (request.route as { path?: unknown } | undefined)?.path
        const labels = {
          route: typeof route === 'string' ? route : 'none',
          status: String(response.statusCode),
        }
        seconds.observe(labels, (monotonicMilliseconds() - began) / 1000)
      })
      next()
    },
  }
}

function bareVisit(now: string): Visit {
  return {
    ...{
      now,
      today: dayOf(now),
      language: 'en',
      say: sayIn('en'),
      path: '/metrics',
      query: new URLSearchParams(),
    },
    ...{
      visitor: { kind: 'reader' },
      posted: false,
      line: '',
      person: undefined,
      scope: 'all',
      is: () => false,
    },
    part: () => '',
    oneTime: () => '',
    link: () => '/metrics',
  }
}
