import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cityLayout } from './city-layout.ts'
import { characters, demand } from './demand.ts'
import { pastOf } from './past.ts'

const zone = 'Europe/Berlin'
const seed = 5
const layout = cityLayout(400, seed, zone)
const from = Date.parse('2026-11-20T00:00:00Z')
const quarters = () => [...pastOf({ layout, seed, zone, from, to: from + 2 * 86_400_000 })]

test('the same seed has the same past, quarter by quarter', () => {
  const past = quarters()
  assert.equal(past.length, 2 * 96)
  assert.deepEqual(past, quarters())
})

test('sites add up to the city, levels to their site, and zones fit into their level', () => {
  for (const places of quarters().slice(0, 40)) {
    const sites = places.filter(({ site, level, zone: of }) => site !== null && level === null && of === null)
    const city = places.filter(({ site }) => site === null)
    assert.deepEqual(
      city.map(({ capacity, occupied }) => [capacity, occupied]),
      [
        [
          sites.reduce((sum, { capacity }) => sum + capacity, 0),
          sites.reduce((sum, { occupied }) => sum + occupied, 0),
        ],
      ],
    )
    for (const { id } of layout.sites) {
      const own = places.filter(({ site }) => site === id)
      const [whole] = own
      const levels = own.filter(({ level, zone: of }) => level !== null && of === null)
      for (const key of ['capacity', 'occupied'] as const)
        assert.equal(
          levels.reduce((sum, each) => sum + each[key], 0),
          whole?.[key],
        )
      for (const part of own) {
        const level = levels.find((each) => each.level === part.level)
        if (part.zone !== null)
          assert.ok(part.occupied <= (level?.occupied ?? 0) && part.capacity <= (level?.capacity ?? 0))
      }
    }
  }
})

test('the past is that of the demand the city lives by', () => {
  const [old] = characters
  const away = quarters().map((places) => {
    const whole = places[0] as (typeof places)[number]
    return (
      whole.occupied / whole.capacity - demand(old as (typeof characters)[number], whole.start + 900_000, zone, seed)
    )
  })
  const mean = away.reduce((sum, each) => sum + each, 0) / away.length
  assert.ok(Math.abs(mean) < 0.03, `${mean}`)
  assert.ok(
    away.some((each) => Math.abs(each) > 0.02),
    'single cars scatter',
  )
})
