import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { openDays } from '@baykeeper/contract/vocabulary.ts'
import fc from 'fast-check'
import { type Instant, instant } from '../lib/brand.ts'
import type { Hours, Site, StayRule } from './layout.ts'
import { plainBay } from './layout.ts'
import { overstayMinutes, stayLimit, stayLimits, stayRuleOf } from './stay-rules.ts'

interface Case extends Pick<Site, 'zone' | 'open' | 'holidays'> {
  readonly about: string
  readonly rule: StayRule
  readonly arrival: string
  readonly begins: string | null
  readonly departure: string
  readonly overstayMin: number
}
const cases = JSON.parse(readFileSync(path.join(import.meta.dirname, 'cases/overstays.json'), 'utf8')) as Case[]
const at = (text: string) => instant(Date.parse(text))
const minuteMs = 60_000

describe('when an overstay begins, and how long it is', () => {
  for (const { about, rule, arrival, begins, departure, overstayMin, ...site } of cases)
    test(about, () => {
      const limit = stayLimit(rule, site)
      const found = limit.begins(at(arrival))
      assert.equal(found && iso(found), begins && iso(at(begins)))
      assert.equal(overstayMinutes(limit, at(arrival), at(departure)), overstayMin)
    })
})
const iso = (ms: number) => new Date(ms).toISOString()

test('the rule of a bay is its own, else the first of its site that fits its types', () => {
  const stayRules = [
    { types: ['ev' as const], maxStayMin: 240 },
    { types: ['loading' as const, 'standard' as const], maxStayMin: 60 },
    { maxStayMin: 1_440 },
  ]
  const of = (...[more]: [Parameters<typeof plainBay>[2]]) =>
    stayRuleOf(plainBay('b', { x: 0, y: 0 }, more), { stayRules })
  assert.equal(of({ types: ['standard'] })?.maxStayMin, 60)
  assert.equal(of({ types: ['standard', 'ev'] })?.maxStayMin, 240)
  assert.equal(of({ types: ['permit'] })?.maxStayMin, 1_440)
  assert.equal(of({ types: ['ev'], rule: { maxStayMin: 5 } })?.maxStayMin, 5)
  assert.equal(stayRuleOf(plainBay('b', { x: 0, y: 0 }), {}), undefined)
})

test('a layout has a limit for each bay with a rule, in the time zone and with the hours of its site', () => {
  const site = (id: string, more: Partial<Site>): Site => {
    const bays = [plainBay(`${id}1`, { x: 0, y: 0 }), plainBay(`${id}2`, { x: 0, y: 0 }, { types: ['ev'] })]
    return {
      id,
      name: id,
      zone: 'UTC',
      levels: [{ id: 'L', name: 'L', x: 0, y: 0, w: 1, h: 1, zones: [], bays }],
      ...more,
    }
  }
  const stayRules = [{ types: ['ev' as const], maxStayMin: 60 }]
  const open = [{ days: [...openDays], from: '08:00', to: '20:00' }]
  const limits = stayLimits([
    site('A', { stayRules, open, zone: 'Europe/Berlin' }),
    site('B', { stayRules, open, zone: 'Australia/Melbourne' }),
    site('C', {}),
  ])
  assert.deepEqual([...limits.keys()], ['A2', 'B2'])
  const arrival = at('2026-06-01T00:00:00Z')
  assert.deepEqual(
    ['A2', 'B2'].map((bay) => limits.get(bay)?.begins(arrival)).map((begins) => iso(begins as number)),
    ['2026-06-01T07:00:00.000Z', '2026-06-01T01:00:00.000Z'],
  )
})

const zones = ['Europe/Berlin', 'Australia/Melbourne', 'Australia/Lord_Howe', 'America/St_Johns', 'UTC']
/** About the changes of the clocks of all these zones. */
const nearChanges = ['2026-03-07', '2026-03-28', '2026-04-04', '2026-10-03', '2026-10-24', '2026-10-31', '2026-06-01']
const dates = nearChanges.flatMap((date) =>
  [0, 1, 2, 3].map((more) => new Date(Date.parse(date) + more * 86_400_000).toISOString().slice(0, 10)),
)
const time = fc
  .integer({ min: 0, max: 1_440 })
  .map((minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`)
const hours: fc.Arbitrary<Hours> = fc.record({
  days: fc.subarray([...openDays], { minLength: 3 }),
  from: fc.oneof(fc.constantFrom('00:00', '01:00', '02:00', '02:30', '03:00', '24:00'), time),
  to: fc.oneof(fc.constantFrom('00:00', '02:30', '03:00', '24:00'), time),
})
const site = fc.record({
  zone: fc.constantFrom(...zones),
  holidays: fc.subarray(dates, { maxLength: 6 }),
})
const rule: fc.Arbitrary<StayRule> = fc.record({
  maxStayMin: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 2_000 })),
  graceMin: fc.integer({ min: 0, max: 20 }),
  hours: fc.array(hours, { minLength: 1, maxLength: 4 }),
})
const arrival = fc
  .record({ date: fc.constantFrom(...nearChanges), minute: fc.integer({ min: 0, max: 2 * 1_440 }) })
  .map(({ date, minute }) => instant(Date.parse(date) + minute * minuteMs))

/** The wall clock, without any of the code under test. */
const wallClocks = new Map(
  zones.map((zone) => [
    zone,
    new Intl.DateTimeFormat('en-CA', {
      ...{ timeZone: zone, hourCycle: 'h23', weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit' },
    } as const),
  ]),
)
const quarterMs = 15 * minuteMs
const quarters = new Map<string, { readonly date: string; readonly hour: string; readonly minute: number }>()
/** Clocks change at whole quarters of an hour: one of them is asked for once. */
function wallClock(zone: string, ms: number) {
  const start = Math.floor(ms / quarterMs) * quarterMs
  const { date, hour, minute } = quarters.getOrInsertComputed(`${zone} ${start}`, () => {
    const format = wallClocks.get(zone) as Intl.DateTimeFormat
    const parts = Object.fromEntries(format.formatToParts(start).map((part) => [part.type, part.value]))
    const date = `${parts['year']}-${parts['month']}-${parts['day']}`
    return { date, hour: parts['hour'] as string, minute: Number(parts['minute']) }
  })
  return { date, time: `${hour}:${String(minute + Math.floor((ms - start) / minuteMs)).padStart(2, '0')}` }
}
const weekday = (date: string) =>
  (['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const)[new Date(date).getUTCDay()]
const dayBefore = (date: string) => new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10)

/** Whether the minute that begins here counts, as people read a sign. */
function counts(
  { hours = [] }: StayRule,
  { zone, holidays }: { zone: string; holidays: readonly string[] },
  ms: number,
) {
  const { date, time } = wallClock(zone, ms)
  const isOn = (days: Hours['days'], date: string) =>
    (days as readonly (string | undefined)[]).includes(holidays.includes(date) ? 'holiday' : weekday(date))
  return hours.some(({ days, from, to }) => {
    if (from === '24:00') return isOn(days, dayBefore(date)) && (to === '24:00' || time < to)
    if (from < to) return isOn(days, date) && from <= time && time < to
    return (isOn(days, date) && from <= time) || (isOn(days, dayBefore(date)) && time < to)
  })
}

test('the begin of an overstay and its length are those of counting minute by minute', () => {
  const minutesMax = 4_320
  fc.assert(
    fc.property(rule, site, arrival, fc.integer({ min: 0, max: minutesMax }), (rule, site, arrival, stayMin) => {
      const limit = stayLimit(rule, site)
      const allowed = rule.maxStayMin + (rule.graceMin ?? 0)
      let counted = 0
      let begins: Instant | undefined
      let overstay = 0
      for (let minute = 0; minute < minutesMax; minute++) {
        const ms = arrival + minute * minuteMs
        if (!counts(rule, site, ms)) continue
        counted++
        if (counted > allowed) begins ??= instant(ms)
        if (minute < stayMin && counted > allowed) overstay++
      }
      const found = limit.begins(arrival)
      if (begins !== undefined) assert.equal(found, begins)
      else assert.ok(found === null || found >= arrival + minutesMax * minuteMs)
      assert.equal(overstayMinutes(limit, arrival, instant(arrival + stayMin * minuteMs)), overstay)
    }),
    { numRuns: 40 },
  )
})

test('an overstay begins when as much has been counted as the rule allows, at any millisecond', () => {
  fc.assert(
    fc.property(rule, site, arrival, fc.integer({ min: 0, max: minuteMs - 1 }), (rule, site, whole, ms) => {
      const limit = stayLimit(rule, site)
      const arrival = instant(whole + ms)
      const begins = limit.begins(arrival)
      if (begins === null) return
      assert.equal(limit.countedMs(arrival, begins), limit.limitMs)
      assert.equal(limit.countedMs(arrival, instant(begins + 1)), limit.limitMs + 1)
    }),
    { numRuns: 300 },
  )
})
