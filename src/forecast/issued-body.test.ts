import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ForecastPoint } from '@baykeeper/contract/forecast.ts'
import fc from 'fast-check'
import { packIssued, unpackIssued } from './issued-body.ts'

const rate = fc.double({ min: 0, max: 1, noNaN: true })
const origin = Date.parse('2026-11-23T08:00:00Z')
const point = (minutes: number) =>
  fc
    .record({
      served: fc.constantFrom('model', 'baseline', 'withheld'),
      rate: fc.array(rate, { minLength: 7, maxLength: 7 }),
      model: fc.option(rate),
      baseline: fc.option(rate),
    })
    .map(
      ({ served, rate: rates, ...rest }): ForecastPoint => ({
        ...{
          minutes,
          at: new Date(origin + minutes * 60_000).toISOString(),
          served,
          why: '',
          widened: 1,
          free: null,
          p_free: [],
        },
        rate: served === 'withheld' ? null : rates,
        ...rest,
      }),
    )
const answer = fc.array(fc.tuple(point(15), point(30), point(1440)), { maxLength: 5 })

test('a forecast comes back as it was issued, to the width of a step, without what was withheld', () => {
  fc.assert(
    fc.property(answer, (lots) => {
      const sent = lots.map((points, i) => ({ id: `lot ${i}`, points, at: [] }))
      const back = unpackIssued(packIssued({ lots: sent }), origin, () => true)
      const served = sent.flatMap(({ id, points }) => points.flatMap((each) => (each.rate ? [{ id, ...each }] : [])))
      assert.equal(back.length, served.length)
      const near = (a: number | null, b: number | null) =>
        assert.ok((a === null) === (b === null) && Math.abs((a ?? 0) - (b ?? 0)) < 1e-5, `${a} ${b}`)
      for (const [i, each] of back.entries()) {
        const was = served[i] as (typeof served)[number]
        assert.deepEqual([each.lot, each.minutes, each.at, each.served], [was.id, was.minutes, was.at, was.served])
        for (const [k, value] of each.rate.entries()) near(value, was.rate?.[k] ?? null)
        near(each.model, was.model)
        near(each.baseline, was.baseline)
      }
    }),
    { numRuns: 50 },
  )
})

test('only the lots that are wanted are read, at 19 bytes a lot and horizon', () => {
  const [points] = fc.sample(fc.tuple(point(15)), { numRuns: 1, seed: 3 }) as [[ForecastPoint]]
  const served = { ...(points[0] as ForecastPoint), served: 'model' as const, rate: Array<number>(7).fill(0.5) }
  const packed = packIssued({ lots: ['a', 'b', 'c'].map((id) => ({ id, points: [served], at: [] })) })
  assert.equal(packed.body.length, 3 * 19)
  assert.deepEqual(
    unpackIssued(packed, origin, (id) => id === 'b').map(({ lot }) => lot),
    ['b'],
  )
})
