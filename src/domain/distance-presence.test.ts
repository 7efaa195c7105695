import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { byDistance, histogramOf, outcomeOf, presenceByDistance, suggestLimits } from './distance-presence.ts'
import type { DeviceId } from './reading.ts'

const limits = { occupiedBelowMm: 1_000, freeAboveMm: 1_500 }
const around = (mm: number, spread: number, count: number, seed = 1) => {
  let state = seed * 7_919
  // About normal: the sum of twelve even draws (Park and Miller 1988), less six.
  const draw = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  const normal = () => Array.from({ length: 12 }, draw).reduce((sum, each) => sum + each, -6)
  return Array.from({ length: count }, () => Math.round(mm + spread * normal()))
}

test('a near distance is a vehicle, a far one a free bay, and between them the state stays', () => {
  assert.deepEqual(
    [999, 1_000, 1_499, 1_500].map((mm) => presenceByDistance(mm, limits)),
    [true, undefined, undefined, false],
  )
})

test('a sensor that reports presence is believed, and one without limits shows none', () => {
  const reading = (measures: object) => ({ device: 'd' as DeviceId, measures })
  assert.equal(byDistance(reading({ distanceMm: 400 }), limits).measures.occupied, true)
  assert.equal(byDistance(reading({ distanceMm: 400, occupied: false }), limits).measures.occupied, false)
  assert.equal(byDistance(reading({ distanceMm: 400, occupied: null }), limits).measures.occupied, null)
  assert.equal('occupied' in byDistance(reading({ distanceMm: 1_200 }), limits).measures, false)
  assert.equal('occupied' in byDistance(reading({ distanceMm: 400 }), undefined).measures, false)
})

describe('a suggestion', () => {
  test('lies in the gap between vehicles and ground, whichever is rarer', () => {
    for (const [near, far] of [
      [200, 200],
      [12, 300],
      [300, 12],
    ] as const)
      for (let seed = 1; seed <= 20; seed++) {
        const found = suggestLimits([...around(600, 80, near, seed), ...around(2_200, 30, far, seed + 100)])
        assert.ok(found.is === 'limits', `${near} ${far} ${seed} ${JSON.stringify(found)}`)
        assert.ok(found.limits.occupiedBelowMm > found.gapMm[0] && found.limits.freeAboveMm < found.gapMm[1])
        assert.deepEqual([found.near.readings, found.far.readings], [near, far])
      }
  })
  test('is not made where nothing shows it, and the reason is named', () => {
    const cases = {
      'few-readings': around(600, 50, 20),
      'one-group': around(2_200, 40, 300),
      'small-group': [...around(2_200, 20, 300), 500],
      'no-gap': [...around(2_000, 20, 200), ...around(2_140, 20, 200)],
    }
    for (const [why, distances] of Object.entries(cases)) {
      const found = suggestLimits(distances)
      assert.ok(found.is === 'cannot-tell', `${why}: ${JSON.stringify(found)}`)
      if (why !== 'no-gap') assert.equal(found.why, why)
    }
    assert.equal(suggestLimits(Array<number>(100).fill(2_000)).is, 'cannot-tell')
  })
})

test('error values suggest nothing, and three groups are not two', () => {
  const real = [...around(500, 30, 200), ...around(2_000, 30, 200, 2)]
  const plain = suggestLimits(real)
  for (const wrong of [65_535, 0, -1, 32_767]) {
    assert.deepEqual(suggestLimits([...real, ...Array<number>(60).fill(wrong)]), plain, `${wrong}`)
    const ground = [...Array<number>(300).fill(2_000), ...Array<number>(8).fill(wrong)]
    assert.deepEqual(suggestLimits(ground), { is: 'cannot-tell', why: 'one-group' }, `${wrong}`)
  }
  assert.ok(plain.is === 'limits' && plain.limits.occupiedBelowMm > 600 && plain.limits.freeAboveMm < 1_900)
  assert.deepEqual(suggestLimits([...real, ...Array<number>(60).fill(10_000)]), {
    is: 'cannot-tell',
    why: 'more-groups',
  })
  assert.equal(suggestLimits([...real, 900, 9_999]).is, 'limits')
})

test('what limits would have made of a history is counted', () => {
  assert.deepEqual(outcomeOf([2_000, 900, 1_200, 800, 1_600, 1_300], limits), {
    occupied: 2,
    free: 2,
    between: 2,
    changes: 2,
  })
})

test('a histogram holds every distance once', () => {
  const distances = around(1_000, 400, 500)
  const { counts, binMm, fromMm } = histogramOf(distances)
  assert.equal(
    counts.reduce((sum, n) => sum + n, 0),
    500,
  )
  assert.equal(fromMm, Math.min(...distances))
  assert.ok(fromMm + binMm * counts.length > Math.max(...distances))
  assert.deepEqual(histogramOf([]).counts, [])
})
