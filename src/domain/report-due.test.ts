import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { relativePeriods, weekdays } from '@baykeeper/contract/vocabulary.ts'
import fc from 'fast-check'
import { daysOf, dueTimes } from './report-due.ts'
import type { ReportTiming } from './report-schedule.ts'

const iso = (at: number) => new Date(at).toISOString().slice(0, 16)
const daily = (at: string, timeZone = 'Europe/Berlin'): ReportTiming => ({
  ...{ interval: 'day', weekday: null, monthDay: null, at, timeZone },
})
const weekly = (weekday: ReportTiming['weekday'], at: string, timeZone = 'Europe/Berlin'): ReportTiming => ({
  ...{ interval: 'week', weekday, monthDay: null, at, timeZone },
})
const monthly = (monthDay: number, at: string, timeZone = 'Europe/Berlin'): ReportTiming => ({
  ...{ interval: 'month', weekday: null, monthDay, at, timeZone },
})

function momentsOf(timing: ReportTiming, from: string, to: string) {
  const { next } = dueTimes(timing)
  const found: string[] = []
  for (let at = next(Date.parse(from)); at < Date.parse(to); at = next(at)) found.push(iso(at))
  return found
}

describe('a report is due', () => {
  const cases: readonly (readonly [string, ReportTiming, from: string, to: string, due: readonly string[]])[] = [
    [
      'every Monday at the same local time, over a change of clocks',
      ...([weekly('mon', '07:00'), '2026-10-18T00:00Z', '2026-11-01T00:00Z'] as const),
      ['2026-10-19T05:00', '2026-10-26T06:00'],
    ],
    [
      'when the clocks change, where they skip its time',
      ...([weekly('sun', '02:30'), '2026-03-22T00:00Z', '2026-04-05T00:00Z'] as const),
      ['2026-03-22T01:30', '2026-03-29T01:00'],
    ],
    [
      'once, the first time, where the clocks repeat its time',
      ...([weekly('sun', '02:30'), '2026-10-24T00:00Z', '2026-10-27T00:00Z'] as const),
      ['2026-10-25T00:30'],
    ],
    [
      'every day, once on the day that repeats its time',
      ...([daily('02:30'), '2026-10-24T12:00Z', '2026-10-26T12:00Z'] as const),
      ['2026-10-25T00:30', '2026-10-26T01:30'],
    ],
    [
      'on the last day of a month that has no 31st',
      ...([monthly(31, '06:00', 'UTC'), '2026-01-15T00:00Z', '2026-05-15T00:00Z'] as const),
      ['2026-01-31T06:00', '2026-02-28T06:00', '2026-03-31T06:00', '2026-04-30T06:00'],
    ],
    [
      'on the leap day, and on the 28th of other years',
      ...([monthly(29, '06:00', 'UTC'), '2027-02-01T00:00Z', '2028-03-01T00:00Z'] as const),
      [
        ...['2027-02-28T06:00', '2027-03-29T06:00', '2027-04-29T06:00', '2027-05-29T06:00', '2027-06-29T06:00'],
        ...['2027-07-29T06:00', '2027-08-29T06:00', '2027-09-29T06:00', '2027-10-29T06:00', '2027-11-29T06:00'],
        ...['2027-12-29T06:00', '2028-01-29T06:00', '2028-02-29T06:00'],
      ],
    ],
    [
      'at a midnight that the clocks skip, at the first moment of that day',
      ...([daily('00:00', 'Africa/Cairo'), '2026-04-23T00:00Z', '2026-04-25T00:00Z'] as const),
      ['2026-04-23T22:00', '2026-04-24T21:00'],
    ],
    [
      'by the calendar of a zone that is a day ahead',
      ...([monthly(1, '00:30', 'Pacific/Kiritimati'), '2026-11-01T00:00Z', '2027-01-02T00:00Z'] as const),
      ['2026-11-30T10:30', '2026-12-31T10:30'],
    ],
  ]
  for (const [about, timing, from, to, due] of cases)
    test(about, () => assert.deepEqual(momentsOf(timing, from, to), due))

  const timing = fc.record({
    interval: fc.constantFrom('day' as const, 'week' as const, 'month' as const),
    weekday: fc.constantFrom(...weekdays),
    monthDay: fc.integer({ min: 1, max: 31 }),
    at: fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':')),
    timeZone: fc.constantFrom(
      ...['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Auckland', 'America/Santiago'],
      ...['Australia/Lord_Howe', 'Africa/Cairo'],
    ),
  })
  const moment = fc.integer({ min: Date.parse('2015-01-01'), max: Date.parse('2035-01-01') })

  test('wherever and whenever: last and next agree, on days that its timing names, at most one on each', () => {
    fc.assert(
      fc.property(timing, moment, (one, at) => {
        const { last, next } = dueTimes(one)
        const [before, after] = [last(at), next(at)]
        assert.ok(before <= at && at < after)
        assert.equal(next(before), after)
        assert.equal(last(after), after)
        assert.equal(last(after - 1), before)
        const local = (time: number) => Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(one.timeZone)
        const [first, second] = [local(before), local(after)]
        assert.ok(Temporal.PlainDate.compare(first.toPlainDate(), second.toPlainDate()) < 0)
        const days = first.toPlainDate().until(second.toPlainDate()).days
        if (one.interval === 'day') assert.equal(days, 1)
        if (one.interval === 'week') {
          assert.equal(days, 7)
          assert.equal(weekdays[second.dayOfWeek - 1], one.weekday)
        }
        if (one.interval === 'month') assert.equal(second.day, Math.min(one.monthDay, second.daysInMonth))
        // Its own time, but where the clocks have skipped that.
        const shown = second.toPlainTime().toString({ smallestUnit: 'minute' })
        if (shown !== one.at) assert.notEqual(second.offsetNanoseconds, local(after - 1).offsetNanoseconds)
      }),
    )
  })

  test('the days of a report are over when it is due, and follow each other without a gap', () => {
    fc.assert(
      fc.property(timing, fc.constantFrom(...relativePeriods), moment, (one, period, at) => {
        const due = dueTimes(one).last(at)
        const { from, to } = daysOf(period, due, one.timeZone)
        const begin = Temporal.PlainDate.from(to).toZonedDateTime(one.timeZone).epochMilliseconds
        assert.ok(from < to && begin <= due, `${from} ${to}`)
        if (one.interval !== 'day' || period !== 'yesterday') return
        assert.equal(daysOf(period, dueTimes(one).next(due), one.timeZone).from, to)
      }),
    )
  })
})

describe('the days of a report that is due on a moment', () => {
  const cases = [
    ['yesterday', '2026-03-30T05:00Z', '2026-03-29', '2026-03-30'],
    ['last-week', '2026-11-30T06:00Z', '2026-11-23', '2026-11-30'],
    ['last-week', '2026-12-06T22:59Z', '2026-11-23', '2026-11-30'],
    ['last-month', '2026-03-31T05:00Z', '2026-02-01', '2026-03-01'],
    ['last-month', '2027-01-01T00:00Z', '2026-12-01', '2027-01-01'],
    ['last-28-days', '2026-11-30T06:00Z', '2026-11-02', '2026-11-30'],
    // Already the next day in Berlin.
    ['yesterday', '2026-11-29T23:30Z', '2026-11-29', '2026-11-30'],
  ] as const
  for (const [period, at, from, to] of cases)
    test(`${period} on ${at}: ${from} to ${to}`, () =>
      assert.deepEqual(daysOf(period, Date.parse(at), 'Europe/Berlin'), { from, to }))
})
