import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { dailyTime } from './daily-time.ts'

const hourMs = 3_600_000
const iso = (at: number) => new Date(at).toISOString().slice(0, 16)

/** Moments between two days: from the first after the begin on. */
function momentsOf(time: string, zone: string, from: string, to: string) {
  const { next } = dailyTime(time, zone)
  const found: string[] = []
  for (let at = next(Date.parse(from)); at < Date.parse(to); at = next(at)) found.push(iso(at))
  return found
}

describe('a time of day comes once a day', () => {
  const cases: readonly (readonly [
    about: string,
    time: string,
    zone: string,
    from: string,
    to: string,
    at: readonly string[],
  ])[] = [
    [
      'usually',
      '04:00',
      'Europe/Berlin',
      '2026-07-01T00:00Z',
      '2026-07-03T00:00Z',
      ['2026-07-01T02:00', '2026-07-02T02:00'],
    ],
    [
      'where the clocks skip it, when they change',
      '02:30',
      'Europe/Berlin',
      '2026-03-28T12:00Z',
      '2026-03-30T12:00Z',
      ['2026-03-29T01:00', '2026-03-30T00:30'],
    ],
    [
      'where the clocks repeat it, the first time',
      '02:30',
      'Europe/Berlin',
      '2026-10-24T12:00Z',
      '2026-10-26T12:00Z',
      ['2026-10-25T00:30', '2026-10-26T01:30'],
    ],
    [
      'at the very change',
      '03:00',
      'Europe/Berlin',
      '2026-03-28T12:00Z',
      '2026-03-30T12:00Z',
      ['2026-03-29T01:00', '2026-03-30T01:00'],
    ],
    [
      'at midnight that the clocks skip',
      '00:00',
      'Africa/Cairo',
      '2026-04-23T00:00Z',
      '2026-04-25T00:00Z',
      ['2026-04-23T22:00', '2026-04-24T21:00'],
    ],
    [
      'by half an hour',
      '02:00',
      'Australia/Lord_Howe',
      '2026-10-03T00:00Z',
      '2026-10-04T16:00Z',
      ['2026-10-03T15:30', '2026-10-04T15:00'],
    ],
  ]
  for (const [about, time, zone, from, to, at] of cases)
    test(about, () => assert.deepEqual(momentsOf(time, zone, from, to), at))

  test('wherever and whenever: last and next agree, and 23 to 25 hours lie between two', () => {
    const zone = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kathmandu',
      'Pacific/Auckland',
      'America/Santiago',
    )
    const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    const at = fc.integer({ min: Date.parse('2015-01-01'), max: Date.parse('2035-01-01') })
    fc.assert(
      fc.property(zone, time, at, (name, [hours, minutes], moment) => {
        const { last, next } = dailyTime(`${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`, name)
        const [before, after] = [last(moment), next(moment)]
        assert.ok(before <= moment && moment < after)
        assert.equal(next(before), after)
        assert.equal(last(after), after)
        assert.equal(last(after - 1), before)
        assert.ok(after - before >= 23 * hourMs && after - before <= 25 * hourMs, `${iso(before)} ${iso(after)}`)
      }),
    )
  })
})
