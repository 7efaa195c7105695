/**
 * The rates of a site's lots, one a quarter of an hour, from the rollups: at each quarter's end, the share of known bays that are taken.
 *
 * A quarter without a row is as the row before ended (domain/occupancy-span.ts), as long as a message of the site arrived within the
 * promise: after that all its lots are unknown.
 */
import { quarterMs } from '../domain/occupancy-span.ts'
import { instant } from '../lib/brand.ts'
import type { HistoryStore, PlaceStates } from '../store/store.ts'
import type { ForecastLot, ForecastSite } from './lots.ts'
import type { SitePlan } from './site-plan.ts'

export const stepsADay = 96
/** History that the forecaster uses, and a little more. */
export const keptDays = 93
export const keptSteps = keptDays * stepsADay
/** Read again each time: the current quarter of an hour, and late commits of a lagging pipeline. */
const againSteps = 8
/** Fewer known bays say little of the others. */
const knownShareMin = 0.2
const silenceDays = 14
/** Rows in memory at once, about: some 10 MB. */
const rowsAtOnce = 200_000

/** Steps are quarters of an hour since 1970; a rate belongs to the instant at which its step begins. NaN is unknown. */
export interface SiteRates {
  readonly site: ForecastSite
  /** The newest step read. */
  readonly lastStep: number
  /** End of the newest quarter in which anything changed; 0: never. */
  readonly newestMs: number
  /** By lot. */
  rateAt(lot: number, step: number): number
  /** Share of its open bays that are known now. */
  coverage(lot: number): number
  /** Days since the first rate that is known, of those kept. */
  historyDays(lot: number): number
  /** Seconds that this site is used to hearing nothing for. */
  usualSilenceS(): number
  /** The store holds older quarters than were read: a past was imported or replayed. */
  hasOlder(nowMs: number): Promise<boolean>
  /**
   * Reads what came since, or everything where a past has come; returns the first step that may have changed. Waits for `pause` now and then.
   * With `firstDays` the first reading goes no further back: what is older then counts as a past that has come.
   */
  advance(nowMs: number, pause: () => Promise<void>, firstDays?: number): Promise<number>
}

export function siteRates(
  store: Pick<HistoryStore, 'placeStates'>,
  site: ForecastSite,
  promiseMs: number,
  plan?: Pick<SitePlan, 'closures'>,
): SiteRates {
  const closures = site.lots.map((lot) => (lot.isClosed ? [] : (plan?.closures(lot) ?? [])))
  const rates = site.lots.map(() => new Float32Array(keptSteps).fill(Number.NaN))
  const coverages = site.lots.map(() => 0)
  /** Quarters in which something changed at the site: 1. */
  const moved = new Uint8Array(keptSteps)
  let last = -1
  let reread = 0
  let newestMs = 0
  const slot = (step: number) => ((step % keptSteps) + keptSteps) % keptSteps

  const read = (lots: readonly ForecastLot[], fromStep: number, toStep: number) =>
    store.placeStates({
      spanMs: quarterMs,
      places: lots.map(({ place }) => place),
      // The state at a step is the end of the quarter before it.
      from: instant((fromStep - 1) * quarterMs),
      to: instant((toStep + 1) * quarterMs),
    })

  /** Of the whole site, as far as is kept. */
  const readWhole = async (to: number) => (await read(site.lots.slice(0, 1), to - keptSteps + 1, to))[0] ?? nothing
  const hasUnseen = ({ starts }: PlaceStates) =>
    starts.some((start) => {
      const step = start / quarterMs
      return step > last - keptSteps && step < reread && moved[slot(step)] === 0
    })

  async function advance(nowMs: number, pause: () => Promise<void>, firstDays = keptDays): Promise<number> {
    const to = Math.floor(nowMs / quarterMs)
    const whole = await readWhole(to)
    const isFirst = last < 0
    const isRebuild = isFirst || to - last >= keptSteps || hasUnseen(whole)
    const from = isRebuild ? to - (isFirst ? firstDays * stepsADay : keptSteps) + 1 : Math.min(reread, last + 1)
    newestMs = (whole.starts.at(-1) ?? -quarterMs) + quarterMs
    for (let step = from; step <= to; step++) moved[slot(step)] = 0
    for (const start of whole.starts) if (start / quarterMs >= from) moved[slot(start / quarterMs)] = 1
    const silent = Uint8Array.from(rowsAt(whole, from, to), (row, i) =>
      row < 0 || (from + i) * quarterMs - ((whole.starts[row] as number) + quarterMs) > promiseMs ? 1 : 0,
    )
    const lotsAtOnce = Math.max(1, Math.floor(rowsAtOnce / (to - from + 2)))
    for (let first = 0; first < site.lots.length; first += lotsAtOnce) {
      const states = await read(site.lots.slice(first, first + lotsAtOnce), from, to)
      for (const [i, own] of states.entries()) take(first + i, own)
      await pause()
    }
    last = to
    reread = to - againSteps
    return from

    function take(index: number, states: PlaceStates): void {
      const own = rates[index] as Float32Array
      const rows = rowsAt(states, from, to)
      for (let i = 0; i < rows.length; i++)
        own[slot(from + i)] = silent[i] === 1 ? Number.NaN : rateOf(states, rows[i] as number)
      // A closed lot is no evidence of demand.
      for (const { from: shut, to: open } of closures[index] ?? [])
        for (let step = Math.max(from, Math.ceil(shut / quarterMs)); step <= to && step * quarterMs < open; step++)
          own[slot(step)] = Number.NaN
      // The current quarter of an hour counts too.
      const now = states.starts.length - 1
      const capacity = states.capacities[now] ?? 0
      const isRecent = nowMs - (states.starts[now] ?? 0) < promiseMs + quarterMs
      coverages[index] = capacity > 0 && isRecent ? (states.known[now] as number) / capacity : 0
    }
  }

  return {
    site,
    get lastStep() {
      return last
    },
    get newestMs() {
      return newestMs
    },
    rateAt: (lot, step) =>
      step > last || step <= last - keptSteps ? Number.NaN : ((rates[lot] as Float32Array)[slot(step)] as number),
    coverage: (lot) => coverages[lot] as number,
    historyDays(lot) {
      const own = rates[lot] as Float32Array
      for (let step = last - keptSteps + 1; step <= last; step++)
        if (!Number.isNaN(own[slot(step)])) return (last - step) / stepsADay
      return 0
    },
    hasOlder: async (nowMs) => last >= 0 && hasUnseen(await readWhole(Math.floor(nowMs / quarterMs))),
    usualSilenceS: () => usualSilence((step) => moved[slot(step)] === 1, last) * (quarterMs / 1_000),
    advance,
  }
}

const nothing: PlaceStates = { starts: [], capacities: [], occupied: [], known: [] }

/** For each step the index of the row in effect; -1 before the first. */
function rowsAt({ starts }: PlaceStates, from: number, to: number): Int32Array {
  const rows = new Int32Array(to - from + 1)
  let next = 0
  for (let i = 0; i < rows.length; i++) {
    const at = (from + i) * quarterMs
    while (next < starts.length && (starts[next] as number) + quarterMs <= at) next++
    rows[i] = next - 1
  }
  return rows
}

function rateOf({ capacities, occupied, known }: PlaceStates, row: number): number {
  const seen = known[row] ?? 0
  if (seen <= 0 || seen < knownShareMin * (capacities[row] as number)) return Number.NaN
  return Math.min(1, Math.max(0, (occupied[row] as number) / seen))
}

/** Quarters without a change that came at least twice in a row in two weeks: the second longest run. The present one does not count. */
function usualSilence(isMoved: (step: number) => boolean, last: number): number {
  const runs: number[] = []
  let run = 0
  let begun = false
  for (let step = last - silenceDays * stepsADay; step <= last; step++)
    if (isMoved(step)) {
      if (begun) runs.push(run)
      begun = true
      run = 0
    } else run++
  return runs.sort((a, b) => b - a)[1] ?? 0
}
