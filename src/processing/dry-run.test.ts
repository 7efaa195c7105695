/** A dry run over a history raises what the fold raises on it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../test/fixtures/effort.ts'
import { dryAlerts } from '../domain/alerts/dry-run.ts'
import { scheduleOf } from '../domain/alerts/schedule.ts'
import { createAlertWorld } from './testing/alert-world.ts'

const always = scheduleOf([], { zone: 'UTC', holidays: [] })
const lastsS = fc.oneof(
  fc.constantFrom(1, 29, 30, 59, 60, 61, 299, 300, 590, 600, 601),
  fc.integer({ min: 1, max: 1_200 }),
)
const history = fc.record({
  onDelayS: fc.constantFrom(0, 60, 300, 600),
  offDelayS: fc.constantFrom(0, 30, 60, 300),
  /** How long the condition is off, and then on, in turn. */
  turns: fc.array(fc.tuple(lastsS, lastsS), { minLength: 1, maxLength: 30 }),
  restS: lastsS,
})

test('a dry run over a random history raises what the fold raises on it, at the same moments', () => {
  fc.assert(
    fc.property(history, ({ onDelayS, offDelayS, turns, restS }) => {
      const world = createAlertWorld({
        ...{ begin: '2026-11-23T08:00:00Z', city: { bays: { A: ['a'] } }, restarts: false },
      })
      const watch = { quantity: 'measure', is: 'above', measure: 'temperatureC' } as const
      const rule = { id: 'hot', kind: 'own', title: 'hot', threshold: 60, watch, onDelayS, offDelayS }
      world.play([{ at: 0, rule }])
      const spans: { from: number; to: number }[] = []
      let at = 0
      for (const [offS, onS] of turns) {
        at += offS
        // Acknowledged before it comes back: else it would be the same alert after more than ten minutes too.
        world.play([{ at: at - 0.5, beat: true }])
        for (const { id } of world.alerts().filter(({ state }) => state !== 'normal'))
          world.play([{ at: at - 0.5, act: { action: 'acknowledge', on: id } }])
        world.play([{ at, measures: { a: { temperatureC: 70 } } }])
        spans.push({ from: world.at(at), to: world.at(at + onS) })
        at += onS
        world.play([{ at, measures: { a: { temperatureC: 20 } } }])
      }
      const end = at + restS
      world.play([{ at: end - 0.001, beat: true }])
      const live = world.alerts().filter(({ rule: id }) => id === 'hot')
      assert.deepEqual(
        dryAlerts(spans, { onDelayS, offDelayS }, always, { from: world.at(0), to: world.at(end) }),
        live
          .map(({ raised, cleared }) => ({ raised: Number(raised), cleared: Number(cleared ?? world.at(end)) }))
          .sort((a, b) => a.raised - b.raised),
      )
    }),
    { numRuns: effort(100) },
  )
})
