import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AlertRule, everywhere, usualSettings } from '../domain/alerts/rule.ts'
import { own } from '../domain/alerts/rules/own.ts'
import { instant } from '../lib/brand.ts'
import { cityOf } from '../processing/testing/alert-world.ts'
import type { RouteContext } from './context.ts'
import { dryRun } from './rule-dry-run.ts'

const dayMs = 86_400_000
const now = Date.parse('2026-11-23T08:00:00Z')

test('a bay that is occupied since long before the window is one alert, on the first day, of the length of the window', async () => {
  const since = instant(now - 60 * dayMs)
  const context = {
    clock: { now: () => instant(now) },
    store: {
      layout: async () => ({ layout: cityOf({ bays: { A: ['d1'] } }) }),
      bayChangesBetween: async () => [{ bay: 'A', time: since, state: 'occupied', since, flags: 0 }],
    },
  } as unknown as RouteContext
  const rule: AlertRule = {
    ...{ ...usualSettings, id: 'r', kind: 'own', severity: 'warning', title: 't', next: '', scope: everywhere },
    ...{ threshold: 60, watch: { quantity: 'state-minutes', is: 'above', state: 'occupied' } },
  }
  const { draft } = await dryRun(context, { days: 7, draft: { rule, declared: own }, present: undefined })
  assert.deepEqual([draft?.alerts, draft?.minutes], [1, 7 * 24 * 60])
  assert.deepEqual(
    draft?.per_day.map(({ alerts }) => alerts),
    [1, 0, 0, 0, 0, 0, 0, 0],
  )
})

const full: AlertRule = {
  ...{ ...usualSettings, id: 'full', kind: 'own', severity: 'warning', title: 't', next: '', scope: everywhere },
  ...{ threshold: 0.9, watch: { quantity: 'occupied-share', is: 'above', places: 'site' } },
}

/** The site, of ten bays, as rows of a minute or of a quarter of an hour have it. */
const contextOf = (rowsOf: (spanMs: number) => readonly { start: number; occupied: number; known: number }[]) =>
  ({
    clock: { now: () => instant(now) },
    store: {
      layout: async () => ({ layout: cityOf({ bays: { A: ['d1'] } }) }),
      placeStates: async ({ spanMs, places }: { spanMs: number; places: readonly unknown[] }) =>
        places.map(() => {
          const rows = rowsOf(spanMs)
          return {
            ...{ starts: rows.map(({ start }) => start), capacities: rows.map(() => 10) },
            ...{ occupied: rows.map(({ occupied }) => occupied), known: rows.map(({ known }) => known) },
          }
        }),
    },
  }) as unknown as RouteContext
const runOf = (context: RouteContext) =>
  dryRun(context, { days: 7, draft: { rule: full, declared: own }, present: undefined })

test('days of which nothing was known are no days without an alert', async () => {
  const result = await runOf(contextOf(() => [{ start: now - 60 * dayMs, occupied: 0, known: 0 }]))
  assert.deepEqual([result.draft, result.recorded_days], [null, 0])
  assert.match(result.notes.join('\n'), /Nothing that this rule watches was known on the last 7 days/)
})

test('days of which only quarters of an hour are stored are evaluated, and count as recorded', async () => {
  const context = contextOf((spanMs) =>
    spanMs === 60_000
      ? [{ start: now - dayMs, occupied: 1, known: 10 }]
      : [
          { start: now - 3 * dayMs - 900_000, occupied: 10, known: 10 },
          { start: now - 2 * dayMs - 900_000, occupied: 1, known: 10 },
        ],
  )
  const { draft, recorded_days, from, notes } = await runOf(context)
  assert.deepEqual([draft?.alerts, recorded_days, from], [1, 3, new Date(now - 3 * dayMs).toISOString()])
  assert.equal(draft?.per_day.length, 4)
  assert.ok(!notes.some((note) => note.includes('cannot be evaluated')))
})
