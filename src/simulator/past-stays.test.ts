import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quarterMs } from '../domain/occupancy-span.ts'
import { instant } from '../lib/brand.ts'
import { minuteMs } from '../lib/utc-day.ts'
import { livingCity } from './city-layout.ts'
import { pastOf } from './past.ts'
import { createPastStays } from './past-stays.ts'

const zone = 'Europe/Berlin'
const seed = 5
const layout = livingCity(400, seed, zone)
const from = Date.parse('2026-11-20T00:00:00Z')
const quarters = [...pastOf({ layout, seed, zone, from, to: from + 2 * 86_400_000 })]
const staysOf = () => {
  const past = createPastStays(layout, seed)
  return quarters.flatMap((places) => past.follow(places))
}

test('the same seed has the same stays', () => {
  const stays = staysOf()
  assert.ok(stays.length > 400)
  assert.deepEqual(stays, staysOf())
})

test('stays of a bay follow one another', () => {
  const byBay = Map.groupBy(staysOf(), ({ bay }) => bay)
  for (const stays of byBay.values()) {
    stays.sort((a, b) => a.arrival - b.arrival)
    for (const [i, { arrival, departure }] of stays.entries()) {
      assert.ok(departure > arrival)
      assert.ok((stays[i - 1]?.departure ?? 0) <= arrival)
    }
  }
})

test('as many bays are taken at the end of each quarter as the past has', () => {
  const past = createPastStays(layout, seed)
  const end = quarters.length
  const emptied = quarters[0]?.map((place) => ({ ...place, start: instant(from + end * quarterMs), occupied: 0 })) ?? []
  const stays = [...quarters, emptied].flatMap((places) => past.follow(places))
  const siteOf = new Map(
    layout.sites.flatMap(({ id, levels }) => levels.flatMap(({ bays }) => bays.map((bay) => [bay.id, id] as const))),
  )
  for (const { id: site } of layout.sites) {
    const own = stays.filter(({ bay }) => siteOf.get(bay) === site)
    for (let i = 0; i < end; i += 7) {
      const at = from + (i + 1) * quarterMs
      const taken = own.filter(({ arrival, departure }) => arrival <= at && departure > at).length
      const whole = quarters[i]?.find((place) => place.site === site && place.level === null)?.occupied ?? 0
      // A stay of less than a second is lengthened.
      assert.ok(Math.abs(taken - whole) <= 1, `${site}, quarter ${i}: ${taken}, not ${whole}`)
    }
  }
})

test('vehicles of the mall stay about as long as those of the living city', () => {
  const mall = staysOf().filter(({ bay }) => bay.startsWith('MALL'))
  const lengths = mall.map(({ arrival, departure }) => (departure - arrival) / minuteMs).sort((a, b) => a - b)
  const median = lengths[Math.floor(lengths.length / 2)] as number
  assert.ok(median > 5 && median < 40, `${median}`)
})
