import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../lib/brand.ts'
import { dayMs, minuteMs } from '../lib/utc-day.ts'
import { periodsOf } from './period.ts'
import { devicesTable } from './quality-tables.ts'
import { reportsOf } from './testing/known-place.ts'

const at = (text: string) => instant(Date.parse(text))
const month = { from: '2026-11-01', to: '2026-12-01', compare: 'previous' } as const

test('a month that is not over is compared with the same part of the month before, by local days', () => {
  const now = at('2026-11-09T13:20:00+01:00')
  const { before } = periodsOf({ ...month, now }, 'Europe/Berlin', now)
  assert.equal(before?.end, at('2026-10-09T13:15:00+02:00'))
  assert.equal(before?.isCut, true)
  // Only so much of it was processed.
  const stuck = periodsOf({ ...month, now }, 'Europe/Berlin', at('2026-11-02T06:05:00+01:00'))
  assert.equal(stuck.before?.end, at('2026-10-02T06:00:00+02:00'))
  const over = at('2026-12-05T00:00:00+01:00')
  assert.equal(periodsOf({ ...month, now: over }, 'Europe/Berlin', over).before?.end, at('2026-11-01T00:00:00+01:00'))
})

test('notes give where the earlier period was cut, and the lengths of unequal ones', async () => {
  const processed = at('2026-12-05T00:00:00Z')
  await using place = await reportsOf({ bays: 2, processed })
  const notesOf = async (now: number) => (await place.make({ ...month, now: instant(now) })).head.notes.join('\n')
  const running = await notesOf(at('2026-11-09T12:00:00Z'))
  assert.match(running, /compared with is cut to the same part: it ends at 2026-10-09T12:00:00/)
  assert.doesNotMatch(running, /unequally long/)
  assert.match(await notesOf(processed), /unequally long: 30 and 31 days/)
})

test('a UTC day of sensors counts in the one report in which it begins', async () => {
  const asked: unknown[] = []
  const store = {
    devices: async () => [],
    deviceDays: async (span: unknown) => {
      asked.push(span)
      return []
    },
    lossTotals: async () => [],
  }
  const scope = { devices: new Map([['d', 'B-0']]) } as unknown as Parameters<typeof devicesTable>[1]
  const day = (begin: number, end: number) => ({
    ...{ from: '', to: '', isCut: false, begin: instant(begin), end: instant(end) },
  })
  const midnight = at('2026-11-03T00:00:00+01:00')
  await devicesTable(store, scope, day(midnight, midnight + dayMs))
  await devicesTable(store, scope, day(midnight + dayMs, midnight + 2 * dayMs))
  const first = Date.parse('2026-11-03T00:00:00Z') / dayMs
  assert.deepEqual(asked, [
    { from: first, to: first },
    { from: first + 1, to: first + 1 },
  ])
  const [row] = await Array.fromAsync((await devicesTable(store, scope, day(midnight, midnight + minuteMs))).rows)
  assert.equal(row?.['uptime'], null)
})
