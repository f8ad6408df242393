/** Every piece of the pages in every state: for whoever builds or looks after them, never where real work is done. */
import { differenceOf } from '../../scripts/index.ts'
import { airingStates } from '../airing-lines.ts'
import { stretches } from '../coverage.ts'
import { deviceStates } from '../device-lines.ts'
import {
  airingSamples,
  deviceSamples,
  recordingSamples,
  renderingSamples,
  uploadSamples,
} from '../kit-samples.ts'
import { monthPicker } from '../month-picker.ts'
import { pageOfTotal } from '../paging.ts'
import { panelOf } from '../rendering.ts'
import { askedOrder } from '../sorting.ts'
import { allStates } from '../states.ts'
import type { Task } from '../tasks.ts'
import type { Page, Visit, Web } from '../visit.ts'
import { weekdayIn } from '../weekdays.ts'
import type { Conflict } from './editor-conflict.ts'
import { differenceLines } from './scripts-difference.ts'

/** `/kit` */
export function kitPage(web: Web, visit: Visit): Promise<Page> {
  const { say } = visit
  const airingColumns = askedOrder(visit, ['time', 'station', 'script', 'length', 'state'])
  const title = say('kit.title')
  return Promise.resolve({
    view: 'kit',
    title,
    section: null,
    model: {
      title,
      states: allStates,
      tones: (['met', 'wait', 'missed', 'idle'] as const).map((tone) => ({
        tone,
        word: say('kit.own-words'),
      })),
      bars: barsOf(visit),
      airings: airingSamples(say, airingStates),
      airingColumns: {
        ...airingColumns.columns,
        station: { ...airingColumns.columns.station, aria: 'descending' },
        time: { ...airingColumns.columns.time, aria: 'ascending' },
      },
      devices: deviceSamples(say, deviceStates),
      recordings: recordingSamples(say),
      uploads: uploadSamples(say),
      renderings: renderingSamples.map((state) => renderedPanel(web, visit, state)),
      months: monthPicker(visit, visit.today.slice(0, 7)),
      pagings: [1, 3, 5].map((at) => pageOfTotal(241, at, visit.link)),
      tasks: tasksOf(visit),
      days: daysOf(visit),
      conflict: conflictSample(visit),
      wrong: { password: { why: say('kit.wrong') }, again: { why: say('kit.wrong') } },
      patterns: ['met', 'waiting', 'unknown', 'coming', 'missed'],
    },
  })
}

function barsOf({ say }: Visit): object[] {
  const months = [
    { met: 61, open: 9, coming: 0, missed: 8 },
    { met: 0, open: 78, coming: 0, missed: 0 },
    { met: 78, open: 0, coming: 0, missed: 0 },
    { met: 20, open: 10, coming: 46, missed: 2 },
  ]
  return months.map((counts) => ({
    label: say('month.bar', { ...counts, total: 78 }),
    stretches: stretches(counts),
  }))
}

/** As somebody sees it who may stop it and let it go on. */
function renderedPanel(web: Web, visit: Visit, state: (typeof renderingSamples)[number]): string {
  const rendering = { ...panelOf(state, visit), open: true }
  return web.views.render('rendering', { language: visit.language, rendering })
}

function tasksOf({ say }: Visit): Task[] {
  return [
    { text: say('todo.silent', { count: 5 }), commands: [], href: '#tasks' },
    { text: say('todo.approver'), commands: [], href: '#tasks', page: true },
    { text: say('todo.plan', { count: 241 }), commands: ['loa plan run'], href: null },
  ]
}

/** Two who wrote on one text: a sentence put otherwise, one added, and another title. */
function conflictSample({ say }: Visit): Conflict {
  const [theirs, yours] = [
    'Kính thưa bà con. Việc nhẹ, lương cao, giục đi gấp: hãy chậm lại. Xin cảm ơn bà con.',
    'Kính thưa bà con. Việc nhẹ, lương cao, giục đi ngay: hãy chậm lại. Gọi 111 để hỏi. Xin cảm ơn bà con.',
  ]
  return {
    version: 3,
    who: say('editor.conflict-who', { name: 'Zơrâm Thị Mai', version: 3, at: '08:30' }),
    theirs,
    difference: differenceLines(differenceOf(theirs, yours)),
    fields: [{ name: say('editor.title'), yours: 'Việc nhẹ, lương cao', theirs: 'Chậm lại một chút' }],
  }
}

/** Fields of the calendar: many airings, few of one station, today without any. */
function daysOf({ say }: Visit): object[] {
  const day = (number: number, rest: object): object => {
    const iso = `2026-11-0${number}`
    const words = say('calendar.airings', { count: 241 })
    const common = {
      number,
      day: iso,
      date: `0${number}/11/2026`,
      weekday: weekdayIn(say, iso),
      href: '#days',
    }
    return { ...common, words, today: false, count: 0, states: [], airings: [], ...rest }
  }
  const states = [
    { tone: 'missed', count: 9, word: say('state.missed') },
    { tone: 'wait', count: 47, word: say('calendar.key-wait') },
    { tone: 'met', count: 185, word: say('state.met') },
  ]
  const airings = [{ time: '05:34', title: 'Một câu chào, một bữa cơm', state: 'met' }]
  return [day(2, { count: 241, states }), day(3, { count: 1, airings }), day(4, { today: true }), day(5, {})]
}
