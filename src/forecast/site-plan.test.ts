import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ForecastLot } from './lots.ts'
import { sitePlan } from './site-plan.ts'

const place = { id: 'S', zone: 'Europe/Berlin' }
const lot = (level: string | null, zone: string | null, more: Partial<ForecastLot> = {}): ForecastLot => ({
  ...{ id: 'x', name: 'x', capacity: 9, place: { site: 'S', level, zone } },
  ...more,
})
const whole = lot(null, null)
const at = (text: string) => Date.parse(text)
const usual = { holidays: ['2026-12-25'], schoolHolidays: ['2026-12-28'] }

test('a site has the holidays of the installation, or its own in their place', () => {
  const sites = { S: { holidays: ['2026-12-26'] } }
  assert.deepEqual(sitePlan(place, usual).calendar, { holidays: ['2026-12-25'], school_holidays: ['2026-12-28'] })
  assert.deepEqual(sitePlan(place, { ...usual, sites }).calendar, {
    ...{ holidays: ['2026-12-26'], school_holidays: ['2026-12-28'] },
  })
  assert.deepEqual(sitePlan({ ...place, id: 'T' }, { ...usual, sites }).calendar.holidays, usual.holidays)
})

test('a closure is of the whole site, of a level with its zones, or of a zone; a date is the whole day there', () => {
  const closures = [
    { from: '2026-12-24', to: '2026-12-26' },
    { from: '2026-11-01T06:00:00+01:00', level: 'L', why: 'works' },
    { from: '2026-11-02T00:00:00Z', to: '2026-11-03T00:00:00Z', level: 'L', zone: 'Z' },
  ]
  const plan = sitePlan(place, { ...usual, sites: { S: { closures } } })
  const [day] = plan.closures(whole)
  assert.deepEqual(plan.closures(whole).length, 1)
  assert.deepEqual([day?.from, day?.to], [at('2026-12-23T23:00:00Z'), at('2026-12-26T23:00:00Z')])
  assert.deepEqual(
    plan
      .closures(lot('L', 'Y'))
      .map(({ to, why }) => [to, why])
      .at(-1),
    [Number.POSITIVE_INFINITY, 'works'],
  )
  assert.equal(plan.closures(lot('L', 'Z')).length, 3)
  assert.equal(plan.closures(lot('M', null)).length, 1)
})

test('closures and openings of the day ahead are sent, and a lot whose every bay is closed is closed until further notice', () => {
  const plan = sitePlan(place, { ...usual, sites: { S: { closures: [{ from: '2026-12-24', to: '2026-12-26' }] } } })
  const within = (from: string, to: string) => plan.closedWithin(whole, at(from), at(to)).length
  assert.equal(within('2026-12-22T23:00:00Z', '2026-12-23T22:59:00Z'), 0)
  assert.equal(within('2026-12-22T23:00:00Z', '2026-12-23T23:30:00Z'), 1)
  assert.equal(within('2026-12-26T23:00:00Z', '2026-12-27T23:30:00Z'), 0)
  assert.deepEqual(plan.closures(lot('L', null, { isClosed: true }))[0]?.to, Number.POSITIVE_INFINITY)
})

test('outside its opening hours a site is closed, by its own clock, over midnight and on holidays too', () => {
  const open = [
    { days: ['mon', 'tue', 'wed', 'thu'] as const, from: '06:00', to: '22:00' },
    { days: ['fri'] as const, from: '18:00', to: '02:00' },
    { days: ['holiday'] as const, from: '10:00', to: '12:00' },
  ]
  const plan = sitePlan(place, { ...usual, sites: { S: { open } } })
  const spans = (from: string) =>
    plan
      .closedWithin(whole, at(from), at(from) + 25 * 3_600_000)
      .map((span) => [new Date(span.from).toISOString().slice(5, 16), new Date(span.to).toISOString().slice(5, 16)])
  // Monday to Tuesday.
  assert.deepEqual(spans('2026-11-23T12:00:00Z'), [['11-23T21:00', '11-24T05:00']])
  // Friday: from six in the evening until two on Saturday; then shut until Monday.
  const friday = spans('2026-11-27T12:00:00Z')
  assert.deepEqual(friday[0], ['11-27T12:00', '11-27T17:00'])
  assert.deepEqual(friday[1], ['11-28T01:00', '11-30T05:00'])
  // Christmas, a Friday.
  assert.deepEqual(spans('2026-12-25T08:00:00Z')[0], ['12-25T08:00', '12-25T09:00'])
})
