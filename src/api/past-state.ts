/** The state of every bay and count zone at a past moment: by the layout of that moment, from their changes. */
import type { PastState } from '@baykeeper/contract/override.ts'
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import type { Layout } from '../domain/layout.ts'
import { occupancyOf } from '../domain/occupancy.ts'
import type { Instant } from '../lib/brand.ts'
import { dayMs, dayNumber } from '../lib/utc-day.ts'
import type { StoredLayout } from '../store/store.ts'
import type { RouteContext } from './context.ts'
import { flagsOf } from './override-wire.ts'
import { countsThen } from './past-counts.ts'
import { ProblemError } from './problem.ts'
import { iso } from './wire.ts'

/** The clock of processing moves with readings, and once a minute without: later than this it is behind. */
const clockLagMsMax = 120_000

type PastDeps = Pick<RouteContext, 'store' | 'clock' | 'live' | 'bayDays'>

export function pastStates({ store, clock, live, bayDays = 0 }: PastDeps) {
  /** Unpacking one of 50,000 bays takes a good part of the answer. */
  let newest: StoredLayout | undefined

  async function layoutAt(at: Instant): Promise<StoredLayout | undefined> {
    const version = await store.layoutVersion()
    if (newest?.version === version && newest !== undefined && newest.created <= at) return newest
    const found = await store.layoutAt(at)
    if (found?.version === version) newest = found
    return found
  }

  /** Changes before it are forgotten, but for the newest of each bay and count zone. */
  const horizon = () => (bayDays > 0 ? (dayNumber(clock.now()) - bayDays) * dayMs : 0)

  async function knownFrom(): Promise<Instant | null> {
    const first = await store.firstBayChange()
    return first === undefined ? null : (Math.max(first, horizon()) as Instant)
  }

  /** Which devices have fallen silent since the clock of processing only the live view knows. */
  async function withoutSilent(bays: PastState['bays']): Promise<PastState['bays']> {
    await live.current()
    return bays.map((bay) => {
      const index = live.floor.indexOf.get(bay.id)
      const isSilent = bay.cause === 'device' && index !== undefined && live.presence.isStale(index)
      return isSilent ? { ...bay, state: 'unknown', flags: [...new Set([...bay.flags, 'stale' as const])] } : bay
    })
  }

  return async (at: Instant, site: string | undefined): Promise<PastState> => {
    const now = clock.now()
    if (at > now)
      throw new ProblemError(400, `query at: ${iso(at)} is in the future, it is ${iso(now)} here`, {
        code: 'E_INVALID',
      })
    const stored = await layoutAt(at)
    if (site !== undefined && !stored?.layout.sites.some(({ id }) => id === site))
      throw new ProblemError(404, `there was no site ${site} in the layout of ${iso(at)}`)
    const known = await knownFrom()
    const rows = new Map((await store.baysAt(at)).map((row) => [row.bay, row]))
    const until = await store.foldClock()
    const isProcessed = until !== undefined && at <= until + clockLagMsMax
    const isKnown = known !== null && at >= known && isProcessed
    const all = stored ? baysIn(stored.layout, site, isKnown ? rows : new Map()) : []
    const isNow = until !== undefined && at > until
    const bays = isNow ? await withoutSilent(all) : all
    const counted = isProcessed && at >= horizon() ? await store.countStatesAt(at) : []
    const shownNow = isNow ? live.presence.counts.all() : []
    return {
      at: iso(at),
      known_from: known === null ? null : iso(known),
      known_to: until === undefined ? null : iso(until),
      layout_version: stored?.version ?? null,
      occupancy: countOf(bays),
      bays,
      count_zones: stored ? countsThen({ layout: stored.layout, site, bays, rows: counted, live: shownNow }) : [],
    }
  }
}

function countOf(bays: PastState['bays']): PastState['occupancy'] {
  const counts = new Uint32Array(bayStates.length)
  let live = 0
  for (const { state, cause } of bays) {
    const at = bayStates.indexOf(state)
    counts[at] = (counts[at] as number) + 1
    if (cause === 'device' && state !== 'unknown' && state !== 'closed') live++
  }
  return occupancyOf(counts, live)
}

type Rows = ReadonlyMap<string, Awaited<ReturnType<RouteContext['store']['baysAt']>>[number]>

function baysIn({ sites }: Layout, only: string | undefined, rows: Rows): PastState['bays'] {
  const found: PastState['bays'] = []
  for (const site of sites) {
    if (only !== undefined && site.id !== only) continue
    for (const level of site.levels)
      for (const bay of level.bays) {
        const row = rows.get(bay.id)
        found.push({
          ...{ id: bay.id, site: site.id, level: level.id },
          state: row?.state ?? (bay.closed ? 'closed' : 'unknown'),
          since: row ? iso(row.time) : null,
          cause: row?.cause ?? 'layout',
          flags: flagsOf(row?.flags ?? 0),
          override: row?.override ?? null,
        })
      }
  }
  return found
}
