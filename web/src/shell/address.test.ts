import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Place, readPlace, writePlace } from './address.ts'

const name = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((text) => text.isWellFormed())
const tenth = fc.integer({ min: -99_999, max: 99_999 }).map((n) => n / 10)

test('a place written into the address is read back the same, and other parameters stay', () => {
  const look = fc.record({ zoom: fc.integer({ min: 1, max: 9_999 }).map((n) => n / 100), x: tenth, y: tenth })
  fc.assert(
    fc.property(fc.record({ site: name, level: name, bay: name, look }, { requiredKeys: [] }), (place: Place) => {
      const written = writePlace('?lang=de&bay=old&zoom=3', place)
      const { look: lookRead, ...rest } = readPlace(written)
      const { look: lookWritten, ...names } = place
      assert.deepEqual(rest, names)
      // 0 and -0 are the same point.
      assert.equal(JSON.stringify(lookRead), JSON.stringify(lookWritten))
      assert.equal(new URLSearchParams(written).get('lang'), 'de')
    }),
  )
})

test('nonsense in the address is no place', () => {
  assert.deepEqual(readPlace('?zoom=-1&at=a,b&site='), {})
  assert.deepEqual(readPlace('?zoom=Infinity&at=1,2'), {})
})
