import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quarterMs } from '../domain/occupancy-span.ts'
import { instant } from '../lib/brand.ts'
import type { HistoryStore, OccupancyRow } from '../store/store.ts'
import type { ForecastSite } from './lots.ts'
import { siteRates } from './site-rates.ts'

const first = Math.floor(Date.parse('2026-11-20T00:00:00Z') / quarterMs)
const dayMs = 86_400_000
const site: ForecastSite = {
  id: 'S',
  zone: 'UTC',
  lots: [
    { id: 'S', name: 'S', capacity: 10, place: { site: 'S', level: null, zone: null } },
    { id: 'S/l', name: 'L', capacity: 4, place: { site: 'S', level: 'l', zone: null } },
  ],
}
const row = (step: number, occupiedEnd: number, more: Partial<OccupancyRow> = {}): OccupancyRow => ({
  ...{ spanMs: quarterMs, site: 'S', level: null, zone: null, start: instant(step * quarterMs), capacity: 10 },
  ...{ occupiedMs: 0, knownMs: 0, fullMs: 0, minOccupied: 0, maxOccupied: 0, occupiedEnd, knownEnd: 10, ...more },
})
/** As the contract requires: the row in effect at `from`, and the rows until `to`. */
const storeOf = (rows: readonly OccupancyRow[]): Pick<HistoryStore, 'placeStates'> => ({
  async placeStates({ places, from, to }) {
    return places.map(({ level }) => {
      const own = rows.filter((each) => each.level === level).sort((a, b) => a.start - b.start)
      const before = own.filter(({ start }) => start <= from).slice(-1)
      const states = [...before, ...own.filter(({ start }) => start > from && start < to)]
      return {
        starts: states.map(({ start }) => start),
        capacities: states.map(({ capacity }) => capacity),
        occupied: states.map(({ occupiedEnd }) => occupiedEnd),
        known: states.map(({ knownEnd }) => knownEnd),
      }
    })
  },
})
const noPause = async () => {}
const at = (step: number, minutes = 1) => step * quarterMs + minutes * 60_000

test('a rate is how a place stood at the end of the quarter before, and stays while nothing changes', async () => {
  const level = { level: 'l', capacity: 4 }
  const rows = [row(first, 3), row(first + 4, 5), row(first, 1, { ...level, knownEnd: 2 })]
  const rates = siteRates(storeOf(rows), site, dayMs)
  await rates.advance(at(first + 6), noPause)
  const whole = Array.from({ length: 7 }, (_, i) => rates.rateAt(0, first + i))
  assert.deepEqual(whole, [Number.NaN, 0.3, 0.3, 0.3, 0.3, 0.5, 0.5].map(Math.fround))
  assert.equal(rates.rateAt(1, first + 6), 0.5)
  assert.equal(rates.coverage(1), 0.5)
  assert.equal(rates.historyDays(0), 5 / 96)
  assert.ok(Number.isNaN(rates.rateAt(0, first + 7)), 'nothing is known of the future')
})

test('what is read bit by bit is what is read at once', async () => {
  const rows = Array.from({ length: 200 }, (_, i) => row(first + i, (i * 7) % 11)).filter((_, i) => i % 3 !== 1)
  const levels = rows.map((each, i) => ({ ...each, level: 'l', capacity: 4, knownEnd: 4, occupiedEnd: i % 5 }))
  const store = storeOf([...rows, ...levels])
  const grown = siteRates(store, site, dayMs)
  for (let step = first + 10; step <= first + 199; step += 3) await grown.advance(at(step), noPause)
  await grown.advance(at(first + 199), noPause)
  const whole = siteRates(store, site, dayMs)
  await whole.advance(at(first + 199), noPause)
  for (const lot of [0, 1])
    for (let step = first; step < first + 200; step++) assert.equal(grown.rateAt(lot, step), whole.rateAt(lot, step))
})

test('a site without a message for longer than the promise is unknown', async () => {
  const rates = siteRates(storeOf([row(first, 3), row(first + 200, 4)]), site, dayMs)
  await rates.advance(at(first + 201), noPause)
  assert.ok(!Number.isNaN(rates.rateAt(0, first + 97)))
  assert.ok(Number.isNaN(rates.rateAt(0, first + 98)))
  assert.ok(!Number.isNaN(rates.rateAt(0, first + 201)))
})

test('too few known bays are no rate', async () => {
  const rates = siteRates(storeOf([row(first, 1, { knownEnd: 1 })]), site, dayMs)
  await rates.advance(at(first + 2), noPause)
  assert.ok(Number.isNaN(rates.rateAt(0, first + 1)))
})

test('a past that is written later is noticed and read', async () => {
  const rows = [row(first + 50, 5)]
  const rates = siteRates(storeOf(rows), site, dayMs)
  await rates.advance(at(first + 60), noPause)
  assert.equal(await rates.hasOlder(at(first + 60)), false)
  rows.push(row(first, 2))
  assert.equal(await rates.hasOlder(at(first + 60)), true)
  assert.ok((await rates.advance(at(first + 60), noPause)) <= first)
  assert.equal(rates.rateAt(0, first + 1), Math.fround(0.2))
  assert.equal(await rates.hasOlder(at(first + 60)), false)
})

test('a silence that came twice is usual, one that came once is not', async () => {
  const steps = [0, 1, 2, 20, 21, 22, 40, 41, 80, 81]
  const rates = siteRates(storeOf(steps.map((step) => row(first + step, step % 9))), site, dayMs)
  await rates.advance(at(first + 82), noPause)
  assert.equal(rates.usualSilenceS(), 17 * 900)
})
