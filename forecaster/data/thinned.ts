/**
 * A small car park that lives as a large one does: of its few bays each stays taken or free as the rate of the large one asks for on the
 * mean. Drivers come and leave one by one, so that its rate moves in steps of one bay. Small lots are rare in open data, and not in the field.
 */
import type { Panel } from './panel.ts'
import { type Random, seededRandom } from './random.ts'

/** Share of parked cars that leave in a step of a quarter of an hour: stays of an hour and a half. */
const leaving = 0.16

/** Capacities are given to the lots in turn. */
export function thinned(panel: Panel, capacities: readonly number[], seed: number): Panel {
  const random = seededRandom(seed)
  const lots = panel.lots.map(({ id }, i) => ({ id, capacity: capacities[i % capacities.length] as number }))
  const rates = panel.rates.map((own, lot) => thinnedRates(own, (lots[lot] as (typeof lots)[number]).capacity, random))
  return { ...panel, name: `thinned ${panel.name}`, lots, rates }
}

/** The number of taken bays is binomial at every step, with the rate of the large car park. */
function thinnedRates(own: Float32Array, capacity: number, random: Random): Float32Array {
  const out = new Float32Array(own.length).fill(Number.NaN)
  let taken = -1
  let before = Number.NaN
  for (const [t, rate] of own.entries()) {
    if (Number.isNaN(rate)) continue
    if (taken < 0) taken = binomial(capacity, rate, random)
    else {
      // Where the rate falls faster than cars leave, more of them leave, and fewer where free bays alone do not let it rise so far.
      const least = before > 0 ? (rate - (1 - before)) / before : 0
      const stay = before > 0 ? Math.max(least, Math.min(1 - leaving, rate / before)) : 0
      const arrive = before < 1 ? Math.min(1, Math.max(0, (rate - before * stay) / (1 - before))) : 0
      taken = binomial(taken, stay, random) + binomial(capacity - taken, arrive, random)
    }
    before = rate
    out[t] = taken / capacity
  }
  return out
}

function binomial(n: number, p: number, random: Random): number {
  let hits = 0
  for (let i = 0; i < n; i++) if (random() < p) hits++
  return hits
}
