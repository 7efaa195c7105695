/** Random histories of a small city with random rules: live, committed in other batches and restarted anywhere they raise the same alerts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../test/fixtures/effort.ts'
import { reopenMs } from '../domain/alerts/slot.ts'
import { type AlertStep, type CitySample, createAlertWorld } from './testing/alert-world.ts'

const city: CitySample = {
  bays: {
    A: { devices: ['a'], types: ['disabled'], rule: { maxStayMin: 20 } },
    B: ['b', 'b2'],
    C: { devices: ['c'], zones: ['Z'] },
    D: { site: 'T', devices: ['d'] },
  },
  devices: ['a', 'b', 'c', 'd'].map((device) => ({ device, heartbeatS: 300 })),
  zones: [{ id: 'Z', name: 'Z' }],
  site: { holidays: ['2026-10-26'] },
}
const device = fc.constantFrom('a', 'b', 'b2', 'c', 'd')
const afterS = fc.constantFrom(0, 1, 30, 59, 60, 61, 150, 400, 760, 1_900)
const scope = { sites: [], levels: [], zones: [], types: [], devices: [], sources: [] }
const rule = fc.record({
  id: fc.constantFrom('own-1', 'own-2'),
  watch: fc.constantFrom(
    { quantity: 'occupied-share', is: 'above', places: 'site' } as const,
    { quantity: 'free', is: 'below', places: 'level' } as const,
    { quantity: 'unknown-share', is: 'above', places: 'city' } as const,
    { quantity: 'state-minutes', is: 'above', state: 'occupied' } as const,
    { quantity: 'silent-minutes', is: 'above' } as const,
    { quantity: 'measure', is: 'above', measure: 'temperatureC' } as const,
  ),
  threshold: fc.constantFrom(1, 5, 40, 60),
  clearAt: fc.constantFrom(null, 1),
  onDelayS: fc.constantFrom(0, 60, 600),
  offDelayS: fc.constantFrom(30, 120),
  enabled: fc.boolean(),
  scope: fc.constantFrom(scope, { ...scope, sites: ['S'] }),
  schedule: fc.constantFrom([], [{ days: ['sun', 'holiday'] as const, from: '01:30', to: '03:30' }]),
})
const act = fc.record({
  action: fc.constantFrom(
    'acknowledge',
    'undo-acknowledge',
    'shelve',
    'unshelve',
    'resolve',
    'out-of-service',
    'in-service',
  ),
  on: fc.constantFrom('silent test a', 'overstay A', 'own-1 S', 'own-2 A', 'site-full T', 'dead-letters gate'),
})
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      reports: fc.dictionary(device, fc.constantFrom(true, false, null), { minKeys: 1, maxKeys: 3 }),
      by: fc.constantFrom('', 'gw'),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ beat: true }) },
  {
    weight: 1,
    arbitrary: fc.record({
      measures: fc.dictionary(
        device,
        fc.record({ temperatureC: fc.constantFrom(0, 3, 41, 70), batteryLow: fc.boolean() }),
        { minKeys: 1, maxKeys: 2 },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ rule: rule.map((one) => ({ ...one, kind: 'own' })) }) },
  { weight: 1, arbitrary: fc.record({ removed: fc.constantFrom('own-1', 'own-2') }) },
  { weight: 2, arbitrary: fc.record({ act }) },
  { weight: 1, arbitrary: fc.record({ letter: fc.constantFrom('gate', 'other') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      health: fc.record({
        sources: fc.record({ test: fc.record({ state: fc.constantFrom('up', 'down'), detail: fc.constant('') }) }),
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ layout: fc.constantFrom(city, { ...city, bays: { A: ['b'], C: { devices: ['c'] } } }) }),
  },
)

/** Between steps that lie apart the server lives, or stands still. */
const timed = fc.tuple(afterS, step, fc.boolean())
const history = fc.array(timed, { minLength: 1, maxLength: 40 }).map((steps): AlertStep[] => {
  let at = 0
  return steps.map(([after, one, standstill]) => {
    at += after
    const until = 'act' in one && one.act.action === 'shelve' ? { act: { ...one.act, until: at + 700 } } : {}
    return { at, ...one, ...until, standstill } as AlertStep
  })
})

/** Fresh histories in each run; `SEED=n` repeats one. */
const seed = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }

const silentFor = (id: string, threshold: number): AlertStep => ({
  ...{ at: 0, rule: { id, kind: 'own', watch: { quantity: 'silent-minutes', is: 'above' }, threshold, offDelayS: 30 } },
})
/** What fresh histories have shown once, as small as they still showed it. */
const found: [AlertStep[], number][] = [
  // A message ended the wait for the later limit of two rules, and the earlier one was passed unnoticed.
  [
    [
      silentFor('own-2', 5),
      { at: 0, reports: { c: true, a: true } },
      silentFor('own-1', 1),
      { at: 61, reports: { c: true } },
      { at: 3_661, beat: true },
    ],
    2,
  ],
  // The site of a gateway was that of whichever device came first.
  [
    [
      { at: 0, reports: { a: true }, by: '' },
      { at: 0, reports: { a: true }, by: 'gw' },
      { at: 0, reports: { a: true, d: true }, by: 'gw' },
      { at: 0, reports: { b: true, a: true }, by: 'gw' },
      { at: 760, act: { action: 'acknowledge', on: 'silent test a' } },
    ],
    2,
  ],
]

// The night in which the clocks of Berlin go back.
const begin = '2026-10-24T23:30:00Z'

function played(steps: readonly AlertStep[], restarts: boolean, perCommit: number) {
  const world = createAlertWorld({ begin, city, restarts, promiseMs: 900_000 })
  world.play(steps, perCommit)
  return {
    events: world.events(),
    alerts: world.alerts().map(({ rev: _, ...row }) => row),
    memory: world.memory(),
    requests: world.requests(),
  }
}

test('live, restarted after every step and committed in other batches, the same alerts come with the same ids', () => {
  fc.assert(
    fc.property(history, fc.integer({ min: 2, max: 7 }), (steps, perCommit) => {
      const live = played(steps, false, 1)
      assert.deepEqual(played(steps, true, 1), live, 'restarted')
      assert.deepEqual(played(steps, false, perCommit), live, `${perCommit} steps in a commit`)
    }),
    { numRuns: Number(process.env['RUNS'] ?? effort(300)), ...seed, examples: found },
  )
})

test('however an input flaps, it makes at most one alert in ten minutes and one row an off-delay', () => {
  const flips = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 20, maxLength: 120 })
  fc.assert(
    fc.property(flips, fc.boolean(), (gaps, acknowledges) => {
      const world = createAlertWorld({ begin, city, restarts: false })
      const watch = { quantity: 'occupied-share', is: 'above', places: 'site' } as const
      const steps: AlertStep[] = [
        {
          at: 0,
          rule: { id: 'own-1', kind: 'own', watch, threshold: 50, offDelayS: 30, scope: { ...scope, sites: ['T'] } },
        },
      ]
      let at = 0
      for (const [i, gap] of gaps.entries()) {
        at += gap
        steps.push({ at, reports: { d: i % 2 === 0 } })
        if (acknowledges && i % 3 === 0) steps.push({ at, act: { action: 'acknowledge', on: 'own-1 T' } })
      }
      world.play(steps)
      const alerts = world.alerts().filter(({ rule: of }) => of === 'own-1')
      assert.ok(alerts.length <= 1 + Math.floor((1_000 * at) / reopenMs), `${alerts.length} alerts in ${at} s`)
      const raises = world
        .events()
        .filter(({ rule: of, event }) => of === 'own-1' && (event === 'raised' || event === 'reopened'))
      assert.ok(raises.length <= 1 + Math.floor(at / 30), `${raises.length} raises in ${at} s`)
    }),
    { numRuns: effort(100) },
  )
})

test('channels are notified of one raise in ten minutes', () => {
  const world = createAlertWorld({ begin, city, restarts: false })
  const watch = { quantity: 'occupied-share', is: 'above', places: 'site' } as const
  const steps: AlertStep[] = [
    {
      at: 0,
      rule: {
        id: 'own-1',
        kind: 'own',
        watch,
        threshold: 50,
        offDelayS: 30,
        channels: ['duty'],
        scope: { ...scope, sites: ['T'] },
      },
    },
    ...Array.from({ length: 30 }, (_, i) => ({ at: 60 * (i + 1), reports: { d: i % 2 === 0 } })),
  ]
  world.play(steps)
  const raises = world
    .events()
    .filter(({ rule: of, event }) => of === 'own-1' && (event === 'raised' || event === 'reopened'))
  assert.ok(raises.length >= 10, `${raises.length} raises`)
  assert.ok(raises.filter(({ channels }) => channels === 'duty').length <= 3)
})
