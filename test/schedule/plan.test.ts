import { describe, expect, it } from 'vitest'
import { checkMonth } from '../../src/schedule/check.ts'
import { planMonth } from '../../src/schedule/plan.ts'
import { planned, planningCase } from '../support/ledger-plan.ts'

describe('where an airing is placed', () => {
  it('comes as early in the month as the window allows', () => {
    expect(
      planned(`
        month      2026-11
        now        2026-10-25 08:00
        station    an-phu devices loa-an-phu
        window     every 05:00-05:30
        campaign   thang bai-1
        recording  bai-1 75s
      `),
    ).toBe('an-phu 2026-11-01 05:00:00–05:01:15 thang bai-1 v1')
  })

  it('leaves the lead time: what begins too soon cannot be brought to the devices', () => {
    expect(
      planned(`
        month      2026-11
        now        2026-11-23 05:10 lead 90s
        station    an-phu devices loa-an-phu
        window     every 05:00-05:30
        campaign   thang bai-1
        recording  bai-1 75s
      `),
    ).toBe('an-phu 2026-11-23 05:11:30–05:12:45 thang bai-1 v1')
  })

  it("uses the station's own window instead of the default one, while it is in force", () => {
    expect(
      planned(`
        month      2026-11
        now        2026-10-25 08:00
        station    an-phu
        station    my-hoa
        window     every  05:00-05:30
        window     an-phu 17:00-17:30 until 2026-12-01
        window     my-hoa 11:00-11:30 from 2026-11-02
        campaign   thang bai-1
        recording  bai-1 75s
      `),
    ).toBe(
      'an-phu 2026-11-01 17:00:00–17:01:15 thang bai-1 v1\n' +
        'my-hoa 2026-11-01 05:00:00–05:01:15 thang bai-1 v1',
    )
  })

  it('takes a day that is open from midnight to midnight, up to its last second', () => {
    const lastMinutes = `
      month      2026-11
      now        2026-11-30 23:58:45
      station    an-phu devices loa-an-phu
      window     every 00:00-24:00
      campaign   thang bai-1
      recording  bai-1 75s
    `
    expect(planned(lastMinutes)).toBe('an-phu 2026-11-30 23:58:45–00:00:00 thang bai-1 v1')
    expect(planned(lastMinutes.replace('23:58:45', '23:58:46'))).toContain('an-phu not placed for thang')
  })

  it('spreads the starts of stations with devices, as far as the window is long enough', () => {
    const three = `
      month      2026-11
      now        2026-10-25 08:00 spread 300s
      station    a devices loa-a1
      station    b devices loa-b1
      station    c devices loa-c1
      window     every 05:00-05:30
      campaign   thang bai-1
      recording  bai-1 60s
    `
    const starts = (ledger: string): string[] => planned(ledger).match(/05:\d\d:\d\d(?=–)/g) ?? []
    expect(starts(three)).toEqual(['05:00:00', '05:01:40', '05:03:20'])
    expect(starts(three.replace('05:30', '05:02'))).toEqual(['05:00:00', '05:00:20', '05:00:40'])
  })

  it('gives people who play by hand a whole minute', () => {
    expect(
      planned(`
        month      2026-11
        now        2026-11-23 05:10:17 lead 10s
        station    an-phu
        window     every 05:00-05:30
        campaign   thang bai-1
        recording  bai-1 75s
      `),
    ).toBe('an-phu 2026-11-23 05:11:00–05:12:15 thang bai-1 v1')
  })

  it('takes an odd second rather than lose the last window of the month', () => {
    expect(
      planned(`
        month      2026-11
        now        2026-11-30 05:00:30
        station    an-phu
        window     every 05:00-05:02
        campaign   thang bai-1
        recording  bai-1 75s
      `),
    ).toBe('an-phu 2026-11-30 05:00:30–05:01:45 thang bai-1 v1')
  })

  it('puts the airings of several campaigns one after the other, half a minute apart', () => {
    expect(
      planned(`
        month      2026-11
        now        2026-10-25 08:00
        station    an-phu devices loa-an-phu
        window     every 05:00-05:30
        campaign   mua-ban-nguoi bai-1
        campaign   phong-chay bai-2
        recording  bai-1 75s
        recording  bai-2 60s
      `),
    ).toBe(
      'an-phu 2026-11-01 05:00:00–05:01:15 mua-ban-nguoi bai-1 v1\n' +
        'an-phu 2026-11-01 05:01:45–05:02:45 phong-chay bai-2 v1',
    )
  })

  it('leaves time for the notes at the end: within the window, and before the half minute of silence', () => {
    const two = `
      month      2026-11
      now        2026-10-25 08:00 notes 2.28s
      station    an-phu devices loa-an-phu
      window     every 05:00-05:03
      campaign   mua-ban-nguoi bai-1
      campaign   phong-chay bai-2
      recording  bai-1 75s
      recording  bai-2 60s
    `
    expect(planned(two)).toBe(
      'an-phu 2026-11-01 05:00:00–05:01:17 mua-ban-nguoi bai-1 v1\n' +
        'an-phu 2026-11-01 05:01:48–05:02:50 phong-chay bai-2 v1',
    )
    const tight = planned(two.replace('05:03', '05:02').replace('bai-1 75s', 'bai-1 118s'))
    expect(tight).toContain('an-phu not placed for mua-ban-nguoi: Khung giờ dài nhất còn lại chỉ có 120 giây')
  })

  it('goes round what is there already, also round the last airing of the month before', () => {
    expect(
      planned(`
        month      2026-11
        now        2026-10-25 08:00
        station    an-phu devices loa-an-phu
        window     every 00:00-24:00
        campaign   thang bai-1
        campaign   moi bai-2
        recording  bai-1 60s
        recording  bai-2 60s
        there      thang an-phu 2026-10-31 23:59 60s bai-1
        there      moi an-phu 2026-11-01 00:01 60s bai-2
      `),
    ).toBe('an-phu 2026-11-01 00:02:30–00:03:30 thang bai-1 v1')
  })
})

describe('which recording is heard', () => {
  it('takes turns over the stations, and the turn moves on each month', () => {
    const month = (name: string): string => `
      month      ${name}
      now        2026-10-25 08:00
      station    a
      station    b
      station    c
      window     every 05:00-05:30
      campaign   thang bai-1 bai-2 bai-3
      recording  bai-1 60s
      recording  bai-2 60s
      recording  bai-3 60s
    `
    const scripts = (name: string): string[] => planned(month(name)).match(/bai-\d/g) ?? []
    expect(scripts('2026-11')).toEqual(['bai-3', 'bai-1', 'bai-2'])
    expect(scripts('2026-12')).toEqual(['bai-1', 'bai-2', 'bai-3'])
  })

  it('does not repeat what the station heard last month when a new bulletin has moved the turns', () => {
    const heard = (name: string): string => `there thang ${name} 2026-10-05 05:00 60s bai-3`
    const plan = planned(`
      month      2026-11
      now        2026-10-25 08:00
      station    a
      station    b
      station    c
      ${heard('a')}
      ${heard('b')}
      window     every 05:00-05:30
      campaign   thang bai-1 bai-2 bai-3
      recording  bai-1 60s
      recording  bai-2 60s
      recording  bai-3 60s
    `)
    expect(plan).toMatch(/^a .* bai-[12] v1\nb .* bai-[12] v1\nc .* bai-3 v1$/)
  })

  it('plays the newest approved version, and one that is valid at that moment', () => {
    expect(
      planned(`
        month      2026-11
        now        2026-10-25 08:00
        station    an-phu
        window     every 05:00-05:30
        campaign   thang bai-1
        recording  bai-1 60s version 1
        recording  bai-1 65s version 2
      `),
    ).toContain('bai-1 v2')
    expect(
      planned(`
        month      2026-11
        now        2026-10-25 08:00
        station    an-phu
        window     every 17:00-17:30
        campaign   thang bai-1 bai-2
        recording  bai-1 60s until 2026-11-01 12:00
        recording  bai-2 60s
      `),
    ).toContain('bai-2 v1')
  })

  const variants = (...recordings: string[]): string =>
    planMonth(
      planningCase(`
        month      2026-11
        now        2026-10-25 08:00
        station    an-phu
        station    my-hoa
        window     every 05:00-05:30
        campaign   thang bai-1 bai-2
        ${recordings.map((line) => `recording ${line}`).join('\n')}
      `),
    )
      .airings.map(({ station, recording }) => `${station} ${recording}`)
      .join(', ')

  it("plays a station's own variant of a bulletin before the one for all, whoever spoke that", () => {
    expect(variants('bai-1 60s for an-phu', 'bai-1 60s spoken')).toBe(
      'an-phu bai-1-v1-an-phu, my-hoa bai-1-v1-spoken',
    )
  })

  it('never plays the variant of another station: those without their own hear another bulletin, or wait', () => {
    expect(variants('bai-1 60s for an-phu', 'bai-2 60s')).toBe('an-phu bai-2-v1, my-hoa bai-2-v1')
    expect(variants('bai-1 60s for an-phu')).toBe('an-phu bai-1-v1-an-phu')
    expect(variants('bai-1 60s version 1', 'bai-1 60s version 2 for an-phu')).toBe(
      'an-phu bai-1-v2-an-phu, my-hoa bai-1-v1',
    )
    expect(
      planned(`
        month      2026-11
        now        2026-10-25 08:00
        station    my-hoa
        window     every 05:00-05:30
        campaign   thang bai-1
        recording  bai-1 60s for an-phu
      `),
    ).toMatch(/^my-hoa not placed for thang: Chờ bản riêng của đài/)
  })

  it("plays a person's voice rather than a machine's, and of several the one made last", () => {
    expect(
      variants('bai-1 60s', 'bai-1 61s spoken', 'bai-1 62s for my-hoa', 'bai-1 63s for my-hoa spoken'),
    ).toBe('an-phu bai-1-v1-spoken, my-hoa bai-1-v1-my-hoa-spoken')
    const twoPeople = planningCase(`
      month      2026-11
      now        2026-10-25 08:00
      station    an-phu
      window     every 05:00-05:30
      campaign   thang bai-1
      recording  bai-1 60s spoken
      recording  bai-1 61s spoken
      recording  bai-1 62s
    `)
    const named = twoPeople.recordings.map((one, index) => ({ ...one, recording: `rec-${9 - index}` }))
    for (const recordings of [named, named.toReversed()]) {
      expect(planMonth({ ...twoPeople, recordings }).airings[0]?.recording).toBe('rec-8')
    }
  })

  it('lasts as long as what this station hears', () => {
    expect(
      planned(`
        month      2026-11
        now        2026-10-25 08:00 notes 2.28s
        station    an-phu
        station    my-hoa
        window     every 05:00-05:30
        campaign   thang bai-1
        recording  bai-1 60s
        recording  bai-1 75s for my-hoa
      `),
    ).toBe(
      'an-phu 2026-11-01 05:00:00–05:01:02 thang bai-1 v1\n' +
        'my-hoa 2026-11-01 05:00:00–05:01:17 thang bai-1 v1',
    )
  })

  it('never starts a recording after its approval has ended, not even late', () => {
    const [airing] = planMonth(
      planningCase(`
        month      2026-11
        now        2026-10-25 08:00 late 900s
        station    an-phu devices loa-an-phu
        window     every 05:00-05:30
        campaign   thang bai-1
        recording  bai-1 60s until 2026-11-01 05:05
      `),
    ).airings
    expect(airing?.latestStartAt).toBe('2026-10-31T22:05:00.000Z')
  })
})

describe('the greeting of the station', () => {
  const twoStations = `
    month      2026-11
    now        2026-10-25 08:00
    station    an-phu devices loa-an-phu
    station    my-hoa
    window     every 05:00-05:30
    campaign   thang bai-1
    recording  bai-1 60s
  `
  it('comes first where there is one; a station played by hand does not wait for its own', () => {
    expect(planned(`${twoStations}greeting an-phu 8s`)).toBe(
      'an-phu 2026-11-01 05:00:00–05:01:08 thang bai-1 v1 + greeting\n' +
        'my-hoa 2026-11-01 05:00:00–05:01:00 thang bai-1 v1',
    )
    expect(planned(`${twoStations}greeting an-phu 8s\ngreeting my-hoa 7s`)).toContain(
      'my-hoa 2026-11-01 05:00:00–05:01:07 thang bai-1 v1 + greeting',
    )
  })

  it('is left out by hand, never by devices, where the window has no room for it', () => {
    const narrow = `${twoStations}greeting an-phu 8s\ngreeting my-hoa 7s`.replace('05:30', '05:01')
    expect(planned(narrow)).toBe(
      'my-hoa 2026-11-01 05:00:00–05:01:00 thang bai-1 v1\n' +
        'an-phu not placed for thang: Khung giờ dài nhất còn lại chỉ có 60 giây, trong khi bản tin cần 68 giây. Hãy mở khung giờ dài hơn.',
    )
  })

  it('is waited for when it is wanted and not approved yet', () => {
    expect(planned(`${twoStations}greetings wanted`)).toBe(
      'my-hoa 2026-11-01 05:00:00–05:01:00 thang bai-1 v1\n' +
        'an-phu not placed for thang: Chờ lời chào được duyệt: đài có bộ điều khiển nhưng lời chào riêng của đài chưa được duyệt.',
    )
  })

  it('is not waited for where nobody wants greetings', () => {
    expect(planned(twoStations)).toContain('an-phu 2026-11-01 05:00:00–05:01:00 thang bai-1 v1\n')
  })
})

describe('what cannot be placed is named with the reason', () => {
  const base = `
    month      2026-11
    now        2026-10-25 08:00
    campaign   thang bai-1
  `
  const recording = 'recording bai-1 75s'
  it.each([
    ['no approved recording', 'station a\nwindow every 05:00-05:30', /^a not placed for thang: Chờ duyệt: /],
    ['no window', `station a\n${recording}`, /Đài không còn khung giờ nào/],
    [
      'a window too short',
      `station a\nwindow every 05:00-05:01\n${recording}`,
      /Khung giờ dài nhất còn lại chỉ có 60 giây, trong khi bản tin cần 75 giây/,
    ],
    [
      'an approval that ends before the next window',
      `station a\nwindow every 05:00-05:30\n${recording} until 2026-11-01 04:00`,
      /hết hiệu lực trước khung giờ kế tiếp/,
    ],
    [
      'windows that are full',
      `station a\nwindow every 05:00-05:02 from 2026-11-30\n${recording}
       there khac a 2026-11-30 05:00 75s bai-9`,
      /Các khung giờ còn lại trong tháng đã kín/,
    ],
    [
      'an area that belongs to no unit',
      `station a nowhere\nwindow every 05:00-05:30\n${recording}`,
      /không thuộc đơn vị nào/,
    ],
  ])('%s', (_name, rest, why) => {
    expect(planned(`${base}\n${rest}`)).toMatch(why)
  })

  it('a month that is over', () => {
    const over = `${base}\nstation a\nwindow every 00:00-24:00\n${recording}`.replace(
      '2026-10-25 08:00',
      '2026-12-01 00:00',
    )
    expect(planned(over)).toMatch(/Tháng đã hết/)
  })
})

describe('an airing that was cancelled', () => {
  const cancelled = (by: string): string =>
    planned(`
      month      2026-11
      now        2026-11-02 08:00
      station    an-phu devices loa-an-phu
      window     every 05:00-05:30
      window     every 17:00-17:30
      campaign   thang bai-1
      recording  bai-1 75s
      there      thang an-phu 2026-11-02 17:00 75s bai-1 cancelled by ${by}
    `)

  it('by the hub is planned again for the next window', () => {
    expect(cancelled('hub')).toBe('an-phu 2026-11-02 17:00:00–17:01:15 thang bai-1 v1')
  })

  it('by a person is planned for a later day: the time did not suit', () => {
    expect(cancelled('person')).toBe('an-phu 2026-11-03 05:00:00–05:01:15 thang bai-1 v1')
  })

  it('gets a new number, so that what was planned before stays in the books', () => {
    const input = planningCase(`
      month      2026-11
      now        2026-11-02 08:00
      station    an-phu devices loa-an-phu
      window     every 05:00-05:30
      campaign   thang bai-1
      recording  bai-1 75s
      there      thang an-phu 2026-11-05 05:00 75s bai-1 cancelled by hub
      there      thang an-phu 2026-11-06 05:00 75s bai-1 attempt 2 cancelled by person
    `)
    const plan = planMonth(input)
    expect(plan.airings.map(({ attempt }) => attempt)).toEqual([3])
    expect(checkMonth(plan.airings, input)).toEqual([])
  })
})
