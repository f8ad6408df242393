/**
 * Made-up lines, cards and panels for the page of all pieces. Their types are those of the real ones, so that a piece
 * that changes does not compile here until it is shown in its new shape.
 */
import type { RenderingState } from '../audio/index.ts'
import type { AiringLine, AiringState } from './airing-lines.ts'
import type { DeviceLine, DeviceState } from './device-lines.ts'
import type { RecordingCard } from './recording-cards.ts'
import type { UploadCard } from './upload-cards.ts'
import { waveOf } from './waveform.ts'
import type { Say } from './words/index.ts'

const title = 'Việc nhẹ, lương cao, giục đi gấp'
const stationName = 'Đài truyền thanh xã Ga Ri'
const unit = 'Xã Hùng Sơn'
const sound = [{ href: '/audio/0.mp3', type: 'audio/mpeg', name: '0.mp3', label: 'MP3, 350 kB' }]

/** One airing in each state; every second one is a sample and has a file to play. */
export function airingSamples(say: Say, states: readonly AiringState[]): AiringLine[] {
  return states.map((state, index) => ({
    ...{ id: `air-${state}`, plannedAt: '2026-11-01T22:34:00.000Z', dayIso: '2026-11-02', day: '02/11/2026' },
    ...{ time: `05:${String(30 + index)}`, station: 'tt-20440', stationName, stationHref: '#airings', unit },
    ...{
      sample: index % 2 === 1,
      unitCode: '20443',
      unitHref: '#airings',
      title,
      length: '1:06',
      milliseconds: 66_000,
    },
    state,
    why: state === 'met' ? say('airings.by-people') : state === 'coming' ? '' : say('kit.why'),
    file: index % 2 === 1 ? '#airings' : null,
    act: state === 'unknown' ? { href: '#airings', word: 'today.confirm' } : null,
  }))
}

/** One controller in each state. */
export function deviceSamples(say: Say, states: readonly DeviceState[]): DeviceLine[] {
  return states.map((state, index) => ({
    ...{ id: `loa-2044${index}`, type: 'hop-dieu-khien-mp3', sample: index % 2 === 1, station: 'tt-20440' },
    ...{
      stationName,
      stationHref: '#devices',
      unit,
      unitHref: '#devices',
      district: 'Tây Giang',
      villages: 6,
    },
    ...{ state, held: 3, missing: index % 3, heard: '10:00 23/11/2026', heardAt: '2026-11-23T03:00:00.000Z' },
    generation: say('devices.generation-newest', { held: 3 }),
  }))
}

const recording: RecordingCard = {
  ...{ id: 'rec-0', title, version: 'bản 1', number: 1, station: null, stationName: '', district: '' },
  ...{
    sample: false,
    milliseconds: 66_000,
    loudness: -16.2,
    peak: -1.4,
    checked: '',
    remark: '',
    language: '',
  },
  ...{ quality: 'Dài 1:06 · độ to −16,2 LUFS · đỉnh −1,4 dBTP', person: '', personHref: '', variants: null },
  ...{
    spoken: 'Kính thưa bà con.\n\nXin bà con chậm lại một chút.',
    state: 'approved',
    approver: 'Lê Thị Lan',
  },
  ...{ approvedBy: 'người duyệt: Lê Thị Lan', withdrawn: '', renditions: sound },
}

/** A recording approved, waiting, withdrawn, read by a person for one station, and without sound. */
export function recordingSamples(say: Say): RecordingCard[] {
  const waiting = { state: 'unapproved', approver: '', approvedBy: '' } as const
  return [
    recording,
    { ...recording, ...waiting, sample: true, remark: say('kit.why') },
    { ...recording, withdrawn: say('recordings.withdrawn', { why: say('kit.why') }) },
    {
      ...recording,
      stationName,
      language: 'Cơ Tu',
      person: 'Bling Thị Nhung',
      personHref: '#recordings',
      spoken: '',
    },
    { ...recording, ...waiting, renditions: [] },
  ]
}

const loud = Array.from({ length: 200 }, (_, index) => 0.2 + 0.6 * Math.abs(Math.sin(index / 9)))
const quiet = loud.map((peak) => peak / 4)

/** What a person brought, fit and unfit. */
export function uploadSamples(say: Say): UploadCard[] {
  const fit: UploadCard = {
    ...{
      id: 'upload-0',
      href: '#uploads',
      title,
      version: 'bản 1',
      language: 'Cơ Tu',
      speaker: 'Bling Thị Nhung',
    },
    ...{
      consent: 'ký giấy đồng ý ngày 20/11/2026',
      by: 'Nguyễn Văn An',
      byAt: 'Nguyễn Văn An, 03:00 01/11/2026',
    },
    ...{ stationName, state: 'fit', approval: 'unapproved', faults: [], format: 'ghi-am.m4a · 17 kB' },
    treatment: say('kit.why'),
    before: {
      quality: '1:08',
      wave: waveOf(quiet),
      src: '/audio/0.mp3',
      type: 'audio/mpeg',
      download: '#uploads',
    },
    after: { quality: '1:06', wave: waveOf(loud), renditions: sound },
  }
  const before = { ...fit.before, src: null }
  const after = { ...fit.after, renditions: [] }
  return [fit, { ...fit, state: 'unfit', approval: null, faults: [say('kit.fault')], before, after }]
}

const begun = { done: 96, total: 241, failed: 1, secondsLeft: undefined, awaiting: [], unmade: 0 }

/** Rendering as it begins, runs, is stopped, breaks off, ends, and has nothing to do. */
export const renderingSamples: RenderingState[] = [
  { ...begun, state: 'starting', done: 0, total: 0, failed: 0 },
  { ...begun, state: 'running', secondsLeft: 340 },
  { ...begun, state: 'stopped' },
  { ...begun, state: 'broken-off', unmade: 1 },
  { ...begun, state: 'idle', done: 240, unmade: 1 },
  { ...begun, state: 'idle', done: 0, total: 0, failed: 0 },
]
