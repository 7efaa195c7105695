import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSign } from '../domain/sign.ts'
import { createCity } from './city.ts'
import { citySigns } from './city-script.ts'
import { harbourCityMin } from './harbour.ts'

test('every sign of the city is whole, and names places of its layout', () => {
  const { layout } = createCity({ bays: harbourCityMin, seed: 1, zone: 'UTC' })
  assert.equal(citySigns.length, 3)
  for (const sign of citySigns) {
    assert.ok(isSign(sign), sign.id)
    for (const place of sign.places) {
      const site = layout.sites.find(({ id }) => id === place.site)
      assert.ok(site, place.site)
      const level = site.levels.find(({ id }) => id === place.level)
      assert.ok(place.level === null || level, `${place.level}`)
      assert.ok(place.zone === null || level?.zones.some(({ id }) => id === place.zone), `${place.zone}`)
    }
  }
})
