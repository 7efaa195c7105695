/**
 * The rates of a site's lots, one a quarter of an hour, from the rollups: at each quarter's end, the share of known bays that are taken.
 *
 * A quarter without a row is as the row before ended (domain/occupancy-span.ts), as long as anything was heard of the site within the
 * promise: after that nothing is known of any of its lots.
 */
import { quarterMs } from '../domain/occupancy-span.ts'
import { instant } from '../lib/brand.ts'
import type { HistoryStore, OccupancyRow } from '../store/store.ts'
import type { ForecastLot, ForecastSite } from './lots.ts'

export const stepsADay = 96
/** What the forecaster looks back, and a little more. */
export const keptDays = 93
export const keptSteps = keptDays * stepsADay
/** Read again each time: the quarter that was lived through, and what a lagging pipeline has caught up with. */
const againSteps = 8
/** Fewer known bays say little of the others. */
const knownShareMin = 0.2
const silenceDays = 14

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
  /** Reads what came since, or everything where a past has come; returns the first step that may have changed. Waits for `pause` between lots. */
  advance(nowMs: number, pause: () => Promise<void>): Promise<number>
}

export function siteRates(store: Pick<HistoryStore, 'occupancy'>, site: ForecastSite, promiseMs: number): SiteRates {
  const rates = site.lots.map(() => new Float32Array(keptSteps).fill(Number.NaN))
  const coverages = site.lots.map(() => 0)
  /** Quarters in which something changed at the site: 1. */
  const moved = new Uint8Array(keptSteps)
  let last = -1
  let reread = 0
  let newestMs = 0
  const slot = (step: number) => ((step % keptSteps) + keptSteps) % keptSteps

  const read = (lot: ForecastLot, fromStep: number, toStep: number) =>
    store.occupancy({
      ...lot.place,
      spanMs: quarterMs,
      // The state at a step is the end of the quarter before it.
      from: instant((fromStep - 1) * quarterMs),
      to: instant((toStep + 1) * quarterMs),
    })

  /** Of the whole site, as far as is kept. */
  const readWhole = async (to: number) => (site.lots[0] ? await read(site.lots[0], to - keptSteps + 1, to) : [])
  const hasUnseen = (rows: readonly OccupancyRow[]) =>
    rows.some(({ start }) => {
      const step = start / quarterMs
      return step > last - keptSteps && step < reread && moved[slot(step)] === 0
    })

  async function advance(nowMs: number, pause: () => Promise<void>): Promise<number> {
    const to = Math.floor(nowMs / quarterMs)
    const heard = await readWhole(to)
    const isAnew = last < 0 || to - last >= keptSteps || hasUnseen(heard)
    const from = isAnew ? to - keptSteps + 1 : Math.min(reread, last + 1)
    newestMs = (heard.at(-1)?.start ?? -quarterMs) + quarterMs
    for (let step = from; step <= to; step++) moved[slot(step)] = 0
    for (const { start } of heard) if (start / quarterMs >= from) moved[slot(start / quarterMs)] = 1
    const silent = statesAt(heard, from, to).map(
      (row, i) => row === undefined || (from + i) * quarterMs - (row.start + quarterMs) > promiseMs,
    )
    for (const [index, lot] of site.lots.entries()) {
      const rows = index === 0 ? heard : await read(lot, from, to)
      const states = statesAt(rows, from, to)
      const own = rates[index] as Float32Array
      for (const [i, row] of states.entries()) own[slot(from + i)] = silent[i] ? Number.NaN : rateOf(row)
      // The quarter that is lived through tells it too.
      const now = rows.at(-1)
      coverages[index] =
        now && now.capacity > 0 && nowMs - now.start < promiseMs + quarterMs ? now.knownEnd / now.capacity : 0
      await pause()
    }
    last = to
    reread = to - againSteps
    return from
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

/** The row that says how the place stood at each step; rows are oldest first. */
function statesAt(rows: readonly OccupancyRow[], from: number, to: number): (OccupancyRow | undefined)[] {
  let next = 0
  return Array.from({ length: to - from + 1 }, (_, i) => {
    const at = (from + i) * quarterMs
    while ((rows[next]?.start ?? Number.POSITIVE_INFINITY) + quarterMs <= at) next++
    return rows[next - 1]
  })
}

const rateOf = (row: OccupancyRow | undefined): number =>
  !row || row.knownEnd <= 0 || row.knownEnd < knownShareMin * row.capacity
    ? Number.NaN
    : Math.min(1, Math.max(0, row.occupiedEnd / row.knownEnd))

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
