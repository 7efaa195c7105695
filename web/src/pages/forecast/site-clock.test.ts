import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readAsk, writeAsk } from './ask-address.ts'
import { chancesIn20, chanceWord } from './chances.ts'
import { clockAt, daysAhead, hourMs, nextAt, quarterMs, roundUp } from './site-clock.ts'

test('the next time a clock shows something is after now, within a day, and shows it', () => {
  const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC')
  const from = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) })
  const minutes = fc.integer({ min: 0, max: 1_439 })
  fc.assert(
    fc.property(from, zones, minutes, (now, zone, minute) => {
      const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
      const at = nextAt(clock, now, zone)
      // Only in the hour that the clocks skip, or have twice, may there be none.
      if (at === undefined) return assert.ok(minute <= 180, `${clock} ${zone} ${now}`)
      assert.equal(clockAt(at, zone), clock)
      assert.ok(at > now && at <= now + 25 * hourMs)
    }),
  )
})

test('what is no time of day is none', () => {
  for (const text of ['', '24:00', '12:60', 'noon', '1230']) assert.equal(nextAt(text, 0, 'UTC'), undefined, text)
  assert.equal(nextAt('02:30', Date.UTC(2026, 2, 28, 23, 30), 'Europe/Berlin'), undefined)
})

test('a question is read back from its address as it was written, and what is not of it stays', () => {
  const ask = { site: 'north', lot: 'p1', at: Date.UTC(2026, 10, 23, 18, 30), k: 5 }
  const search = writeAsk('?lang=de&at=09:00', ask)
  assert.equal(search, '?lang=de&site=north&lot=p1&at=2026-11-23T18:30Z&k=5')
  assert.deepEqual(
    readAsk(search, () => undefined),
    ask,
  )
  const now = Date.UTC(2026, 10, 23, 8)
  assert.equal(readAsk('?at=18:30', (text) => nextAt(text, now, 'UTC')).at, ask.at)
  assert.deepEqual(
    readAsk('?at=soon&k=0&lot=', () => undefined),
    {},
  )
  assert.equal(writeAsk('?k=5', {}), '')
})

test('chances are counted of twenty and called as agreed', () => {
  const cases = [
    [1, 20, 'veryLikely'],
    [0.95, 19, 'veryLikely'],
    [0.9, 18, 'likely'],
    [0.75, 15, 'likely'],
    [0.7, 14, 'uncertain'],
    [0.4, 8, 'uncertain'],
    [0.35, 7, 'unlikely'],
    [0.15, 3, 'unlikely'],
    [0.1, 2, 'veryUnlikely'],
    [-0.1, 0, 'veryUnlikely'],
  ] as const
  for (const [p, chances, word] of cases) assert.deepEqual([chancesIn20(p), chanceWord(p)], [chances, word])
  assert.equal(roundUp(quarterMs + 1, quarterMs), 2 * quarterMs)
})

test('tomorrow is by the calendar of the site, in any zone of the reader', () => {
  const now = Date.parse('2026-11-23T22:30:00Z')
  assert.equal(daysAhead(Date.parse('2026-11-23T23:30:00Z'), now, 'Europe/Berlin'), 1)
  assert.equal(daysAhead(Date.parse('2026-11-23T23:30:00Z'), now, 'UTC'), 0)
  assert.equal(daysAhead(Date.parse('2026-11-24T22:30:00Z'), now, 'America/New_York'), 1)
})
