/**
 * The tally: state of every bay and the counts that follow from it, kept equal at every change, with the places of count zones that have no
 * bay. Typed arrays, because deltas come ten times a second; nothing here renders.
 */
import type { OccupancyCounts, SiteSummary } from '@baykeeper/contract/live.ts'
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import { code, stateCount } from '../bay-state.ts'
import type { Floor } from '../plan/floor.ts'

export interface Tally {
  /** State code by bay. */
  readonly states: Uint8Array
  /** Bays and counted places by state. */
  readonly totals: Int32Array
  /** Bays by state, one row of `stateCount` for each plate. */
  readonly byPlate: Int32Array
  /** Takes a whole snapshot; false when it is of another floor. */
  replace(states: Uint8Array): boolean
  /** Takes index, state, index, state, ...; returns the bays that really changed. */
  apply(changes: readonly number[]): readonly number[]
  /** Takes what count zones add; true when that has changed. */
  count(sites: readonly SiteSummary[]): boolean
}

export function createTally(floor: Floor): Tally {
  const states = new Uint8Array(floor.size).fill(code.unknown)
  const totals = new Int32Array(stateCount)
  const byPlate = new Int32Array(stateCount * floor.plates.length)
  /** What count zones add to `byPlate`: unknown until the server shows more. */
  const counted = new Int32Array(byPlate.length)
  for (const [p, { places = 0 }] of floor.plates.entries()) counted[p * stateCount + code.unknown] = places
  const recount = () => {
    totals.fill(0)
    byPlate.fill(0)
    for (let at = 0; at < counted.length; at++) addTo(at, counted[at] as number)
    for (let i = 0; i < floor.size; i++) add(i, states[i] as number, 1)
  }
  const addTo = (at: number, by: number) => {
    totals[at % stateCount] = (totals[at % stateCount] as number) + by
    byPlate[at] = (byPlate[at] as number) + by
  }
  const add = (bay: number, state: number, by: 1 | -1) => addTo((floor.plateOf[bay] as number) * stateCount + state, by)
  recount()
  return {
    states,
    totals,
    byPlate,
    replace(next) {
      if (next.length !== floor.size) return false
      for (let i = 0; i < next.length; i++) states[i] = known(next[i] as number)
      recount()
      return true
    },
    apply(changes) {
      const changed: number[] = []
      for (let k = 0; k + 1 < changes.length; k += 2) {
        const bay = changes[k] as number
        const state = known(changes[k + 1] as number)
        const before = states[bay]
        if (before === undefined || before === state) continue
        add(bay, before, -1)
        add(bay, state, 1)
        states[bay] = state
        changed.push(bay)
      }
      return changed
    },
    count(sites) {
      let isChanged = false
      for (const [p, plate] of floor.plates.entries()) {
        const counts = countedOn(plate, sites)
        if (!counts) continue
        for (const [s, state] of bayStates.entries()) {
          const at = p * stateCount + s
          const by = counts[state] - (counted[at] as number)
          if (by === 0) continue
          isChanged = true
          counted[at] = counts[state]
          addTo(at, by)
        }
      }
      return isChanged
    },
  }
}

const countedOn = (plate: Floor['plates'][number], sites: readonly SiteSummary[]): OccupancyCounts | undefined =>
  plate.places === undefined
    ? undefined
    : sites.find(({ id }) => id === plate.site)?.levels.find(({ id }) => id === plate.level)?.counted

/** A newer server may know states that this page does not: those are unknown here, never free. */
const known = (state: number): number => (state < stateCount ? state : code.unknown)

/** Bays that are not closed: a closed one is no capacity. */
export const capacityOf = (totals: ArrayLike<number>, at = 0): number =>
  [code.free, code.occupied, code.reserved, code.unknown].reduce(
    (sum, state) => sum + (totals[at + state] as number),
    0,
  )

/** Share of known, open bays that are taken, 0..1; undefined when none is known. */
export function occupancyRate(totals: ArrayLike<number>, at = 0): number | undefined {
  const free = totals[at + code.free] as number
  const taken = (totals[at + code.occupied] as number) + (totals[at + code.reserved] as number)
  return free + taken === 0 ? undefined : taken / (free + taken)
}
