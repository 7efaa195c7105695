/** Two projections of one span, compared by their figures: only what differs. Pure. */
import type { BayFigures, Figures, PlaceFigures, RuleFigures } from './projection-figures.ts'

/** Null: it is in the other one alone. */
export interface Pair<T> {
  readonly before: T | null
  readonly after: T | null
}

export interface FiguresDiff {
  readonly same: boolean
  /** Over all bays, whether they differ or not. */
  readonly totals: { readonly before: BayFigures; readonly after: BayFigures }
  readonly bays: readonly (Pair<BayFigures> & { readonly bay: string })[]
  readonly rules: readonly Pair<RuleFigures>[]
  readonly places: readonly Pair<PlaceFigures>[]
}

export function figuresDiff(before: Figures, after: Figures): FiguresDiff {
  const bays = pairsOf(before.bays, after.bays).map(({ key, ...pair }) => ({ bay: key, ...pair }))
  const rules = pairsOf(before.rules, after.rules).map(({ key: _, ...pair }) => pair)
  const places = pairsOf(before.places, after.places).map(({ key: _, ...pair }) => pair)
  return {
    same: bays.length + rules.length + places.length === 0,
    totals: { before: totalOf(before), after: totalOf(after) },
    ...{ bays, rules, places },
  }
}

/** In the order of their keys; equal ones are left out. */
function pairsOf<T extends object>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>) {
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort()
  return keys.flatMap((key) => {
    const pair = { before: before.get(key) ?? null, after: after.get(key) ?? null }
    return pair.before && pair.after && isEqual(pair.before, pair.after) ? [] : [{ key, ...pair }]
  })
}

const isEqual = <T extends object>(one: T, other: T) =>
  (Object.keys(one) as (keyof T)[]).every((field) => one[field] === other[field])

function totalOf({ bays }: Figures): BayFigures {
  const sum = { stays: 0, uncertain: 0, dwellMs: 0, overstays: 0, overstayMin: 0, unknownMs: 0 }
  for (const bay of bays.values())
    for (const field of Object.keys(sum) as (keyof BayFigures)[]) sum[field] += bay[field]
  return sum
}
