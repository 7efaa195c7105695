/** From replayed forecasts to weights of the experts and factors of the intervals. Pure: the same pairs, the same answer. */
import type { Factors } from '../model/conformal.ts'
import { stretchNeeded } from '../model/conformal.ts'
import { levels } from '../scoring/quantiles.ts'
import { bandHours, bandOf, firstWeights, mixed, speaks, weightsAt } from './aggregation.ts'
import { groupFactors, lotFactors, type Needed } from './calibration.ts'
import type { Fan } from './origin.ts'
import { type ExpertFans, weighed } from './weighing.ts'

/** A past origin of a lot: what each expert would have forecast, and what came. */
export interface Pair {
  readonly lot: number
  /** Steps since 1970 on clocks of the site. */
  readonly step: number
  /** By expert. */
  readonly fans: readonly (Fan | undefined)[]
  /** By horizon; NaN where it is not known. */
  readonly truth: Float32Array
}

export interface LearningShape {
  readonly capacities: readonly number[]
  /** In hours. */
  readonly leads: readonly number[]
  /** Usual error by horizon, so that losses of different lead times compare. */
  readonly sigma: readonly number[]
  readonly slots: number
}

export interface Learnt {
  /** Days that it was learnt from. */
  readonly days: number
  readonly pairs: number
  /** By lot and horizon. */
  weights(lot: number, h: number): Float64Array
  factors(lot: number, h: number): Factors
}

/** Up to so many bays lots are of one group: small ones change in steps. */
const groupCapacities = [20, 60, 200, Number.POSITIVE_INFINITY]
const groupOf = (capacity: number) => groupCapacities.findIndex((most) => capacity <= most)
/** How much weights keep to the first ones after one origin; chosen on validation (docs/forecast-trials.md). */
const leaning = 0.07
const one: Factors = { of80: 1, of95: 1 }

export function learntFrom(pairs: readonly Pair[], shape: LearningShape): Learnt {
  const { capacities, leads, slots } = shape
  const groups = capacities.map(groupOf)
  const bands = leads.map(bandOf)
  const inOrder = pairs.toSorted((a, b) => a.step - b.step)
  const all = weightsBy(inOrder, firstWeights, { shape, bands })
  const weights = groupCapacities.map((_, group) => {
    const own = inOrder.filter(({ lot }) => groups[lot] === group)
    return own.length === 0 || own.length === inOrder.length ? all : weightsBy(own, all, { shape, bands })
  })
  const byHorizon = weights.map((ofGroup) => leads.map((hours) => weightsAt(ofGroup, hours)))
  const weightsFor = (lot: number, h: number) => byHorizon[groups[lot] as number]?.[h] as Float64Array
  const needed = neededOf(inOrder, { shape, bands, weightsFor })
  const factors = factorsBy(needed, { groups, leads })
  const steps = inOrder.map(({ step }) => step)
  return {
    days: steps.length > 0 ? Math.ceil(((steps.at(-1) as number) - (steps[0] as number) + 1) / slots) : 0,
    pairs: pairs.length,
    weights: weightsFor,
    factors: (lot, h) => factors[lot]?.[h] ?? one,
  }
}

interface Bands {
  readonly shape: LearningShape
  /** By horizon. */
  readonly bands: readonly number[]
}

/** By band: what was forecast and what came, in the order of time. */
function fansBy(pairs: readonly Pair[], { shape, bands }: Bands): ExpertFans[][] {
  const judged: ExpertFans[][] = bandHours.map(() => [])
  for (const { fans, truth } of pairs)
    for (const [h, band] of bands.entries()) {
      const came = truth[h] as number
      const at = h * levels.length
      if (Number.isNaN(came) || !fans.some((fan) => speaks(fan, at))) continue
      judged[band]?.push({ fans, at, truth: came, scale: shape.sigma[h] as number })
    }
  return judged
}

/** Weights by band; the fewer origins there are, the nearer to `first`. */
function weightsBy(pairs: readonly Pair[], first: readonly Float64Array[], shape: Bands): Float64Array[] {
  const rounds = new Set(pairs.map(({ step }) => step)).size
  const strength = leaning / Math.sqrt(Math.max(1, rounds))
  return fansBy(pairs, shape).map((judged, band) => weighed(judged, { first: first[band] as Float64Array, strength }))
}

interface NeededOptions extends Bands {
  readonly weightsFor: (lot: number, h: number) => Float64Array
}

/** By band: how far each forecast's intervals would have had to be stretched. */
function neededOf(pairs: readonly Pair[], { shape, bands, weightsFor }: NeededOptions): Needed[][] {
  const needed: Needed[][] = bandHours.map(() => [])
  const judged = new Float32Array(levels.length)
  for (const { lot, step, fans, truth } of pairs)
    for (const [h, band] of bands.entries()) {
      const at = h * levels.length
      const came = truth[h] as number
      if (Number.isNaN(came) || !fans.some((fan) => speaks(fan, at))) continue
      if (!mixed(fans, weightsFor(lot, h), { at, out: judged })) continue
      needed[band]?.push({
        ...{ day: Math.floor(step / shape.slots), lot },
        of80: stretchNeeded(judged, 0, came, 80),
        of95: stretchNeeded(judged, 0, came, 95),
      })
    }
  return needed
}

/** By lot and horizon; between the middles of the bands as the weights are. */
function factorsBy(
  needed: readonly Needed[][],
  { groups, leads }: { groups: readonly number[]; leads: readonly number[] },
): Factors[][] {
  const ofGroups = groupCapacities.map((_, group) =>
    needed.map((ofBand) => {
      const own = ofBand.filter(({ lot }) => groups[lot] === group)
      return groupFactors(own.length > 0 ? own : ofBand)
    }),
  )
  const ofLots = needed.map((ofBand) => Map.groupBy(ofBand, ({ lot }) => lot))
  return groups.map((group, lot) => {
    const bands = needed.map((_, band) => lotFactors(ofGroups[group]?.[band] ?? one, ofLots[band]?.get(lot) ?? []))
    const logs = bands.map(({ of80, of95 }) => Float64Array.of(Math.log(of80), Math.log(of95)))
    return leads.map((hours) => {
      const [of80, of95] = weightsAt(logs, hours) as unknown as [number, number]
      return { of80: Math.exp(of80), of95: Math.exp(of95) }
    })
  })
}
