/**
 * What a projection shows of a span of time, as figures that two projections can be compared by: stays and overstays that ended in it, occupancy of
 * places, and how long each bay was unknown.
 */
import type { BayState } from '@baykeeper/contract/vocabulary.ts'
import type { Layout } from '../domain/layout.ts'
import { type Place, watchingOf } from '../domain/watching.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { dayMs, minuteMs } from '../lib/utc-day.ts'
import type { SqlValue } from '../store/column.ts'
import type { OccupancyRow, Store } from '../store/store.ts'
import { storedTables } from '../store/table-rows.ts'
import { bayChange } from '../store/tables/bay-change.ts'

export interface Span {
  readonly from: Instant
  /** Exclusive. */
  readonly to: Instant
}

/** Stays and overstays are those that ended in the span, times are milliseconds. */
export interface BayFigures {
  readonly stays: number
  /** Of them, those that are not certain. */
  readonly uncertain: number
  readonly dwellMs: number
  readonly overstays: number
  readonly overstayMin: number
  readonly unknownMs: number
}

/** A rule by what it allows, in one site. */
export interface Rule {
  /** Null: the layout does not know the bay any more. */
  readonly site: string | null
  readonly maxStayMin: number
  readonly graceMin: number
}
export interface RuleFigures extends Rule {
  /** That ended in the span. */
  readonly overstays: number
  readonly minutes: number
  /** That go on at its end. */
  readonly current: number
}

/** Integrals over the whole minutes of the span: of bays times milliseconds, `fullMs` of milliseconds. */
export interface PlaceFigures extends Place {
  readonly spanMs: number
  readonly capacityMs: number
  readonly occupiedMs: number
  readonly knownMs: number
  readonly fullMs: number
}

export interface Figures {
  /** Of the bays of the layout at the end of the span, by id. */
  readonly bays: ReadonlyMap<string, BayFigures>
  readonly rules: ReadonlyMap<string, RuleFigures>
  readonly places: ReadonlyMap<string, PlaceFigures>
}

type FigureStore = Pick<
  Store,
  'layout' | 'turnover' | 'endedOverstays' | 'currentOverstays' | 'occupancy' | 'tableRows'
>

/** The projection must not change meanwhile, and end with the span. */
export async function projectionFigures(store: FigureStore, span: Span, signal: AbortSignal): Promise<Figures> {
  const layout = (await store.layout())?.layout
  const sites: Layout['sites'] = layout?.sites ?? []
  const siteOf = new Map<string, string>()
  for (const { id, levels } of sites) for (const { bays } of levels) for (const bay of bays) siteOf.set(bay.id, id)
  return {
    bays: await bayFigures(store, new Set(siteOf.keys()), span, signal),
    rules: await ruleFigures(store, siteOf, span),
    places: await placeFigures(store, watchingOf({ sites }).places, span, signal),
  }
}

async function bayFigures(
  store: FigureStore,
  bays: ReadonlySet<string>,
  span: Span,
  signal: AbortSignal,
): Promise<Figures['bays']> {
  const unknown = await unknownTimes(store, bays, span, signal)
  const sums = new Map((await store.turnover({ bays, ...span })).map(({ bay, ...row }) => [bay, row]))
  const none = { stays: 0, uncertain: 0, dwellMs: 0, overstays: 0, overstayMin: 0 }
  const spanMs = span.to - span.from
  return new Map([...bays].map((bay) => [bay, { ...none, ...sums.get(bay), unknownMs: unknown.get(bay) ?? spanMs }]))
}

const changes = storedTables.find(({ name }) => name === bayChange.name) as (typeof storedTables)[number]
const rowsAtOnce = 5_000

/** By bay; one without a change in its whole past is not in it. */
async function unknownTimes(
  store: FigureStore,
  bays: ReadonlySet<string>,
  { from, to }: Span,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  let standing: { readonly bay: string; readonly time: number; readonly state: BayState } | undefined
  const until = (time: number) => {
    if (!standing) return
    const ms = standing.state === 'unknown' ? Math.min(time, to) - Math.max(standing.time, from) : 0
    found.set(standing.bay, (found.get(standing.bay) ?? 0) + Math.max(0, ms))
  }
  let after: readonly SqlValue[] | undefined
  do {
    signal.throwIfAborted()
    const page = await store.tableRows(changes, after, rowsAtOnce)
    for (const values of page.rows) {
      const { bay, time, state } = bayChange.rowOfValues(values)
      if (!bays.has(bay)) continue
      if (standing?.bay === bay) until(time)
      else {
        until(to)
        // Nothing was known of it before its first change.
        found.set(bay, Math.max(0, Math.min(time, to) - from))
      }
      standing = { bay, time, state }
    }
    after = page.next
  } while (after !== undefined)
  until(to)
  return found
}

async function ruleFigures(
  store: FigureStore,
  siteOf: ReadonlyMap<string, string>,
  span: Span,
): Promise<Figures['rules']> {
  const found = new Map<string, RuleFigures>()
  const add = ({ bay, maxStayMin, graceMin }: RuleOfBay, more: Partial<RuleFigures>) => {
    const rule = { site: siteOf.get(bay) ?? null, maxStayMin, graceMin }
    const key = JSON.stringify(rule)
    const { overstays, minutes, current } = found.get(key) ?? { overstays: 0, minutes: 0, current: 0 }
    found.set(key, {
      ...rule,
      overstays: overstays + (more.overstays ?? 0),
      minutes: minutes + (more.minutes ?? 0),
      current: current + (more.current ?? 0),
    })
  }
  let cursor: string | undefined
  do {
    const asked = { bays: new Set(siteOf.keys()), ...span, limit: rowsAtOnce }
    const page = await store.endedOverstays(cursor === undefined ? asked : { ...asked, cursor })
    for (const row of page.items) add(row, { overstays: 1, minutes: row.minutes ?? 0 })
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  for (const row of await store.currentOverstays()) if (siteOf.has(row.bay)) add(row, { current: 1 })
  return found
}

const partMs = 30 * dayMs

type RuleOfBay = Pick<Rule, 'maxStayMin' | 'graceMin'> & { readonly bay: string }

async function placeFigures(
  store: FigureStore,
  places: readonly Place[],
  span: Span,
  signal: AbortSignal,
): Promise<Figures['places']> {
  const from = instant(Math.ceil(span.from / minuteMs) * minuteMs)
  const to = instant(Math.floor(span.to / minuteMs) * minuteMs)
  const found = new Map<string, PlaceFigures>()
  for (const place of places) {
    signal.throwIfAborted()
    const sums = { spanMs: Math.max(0, to - from), capacityMs: 0, occupiedMs: 0, knownMs: 0, fullMs: 0 }
    // A part at a time: a year of minutes does not lie in memory.
    for (let at = from; at < to; at = instant(at + partMs)) {
      const part = { from: at, to: instant(Math.min(to, at + partMs)) }
      addRows(sums, await store.occupancy({ ...place, spanMs: minuteMs, ...part }), part)
    }
    found.set(JSON.stringify([place.site, place.level, place.zone]), { ...place, ...sums })
  }
  return found
}

type Sums = { -readonly [K in Exclude<keyof PlaceFigures, keyof Place>]: number }

/** A minute without a row is as the one before it ended; before the first row nothing is known. */
function addRows(sums: Sums, rows: readonly OccupancyRow[], { from, to }: Span): void {
  let at: number = from
  let standing: OccupancyRow | undefined
  const stand = (until: number) => {
    const ms = until - at
    if (!standing || ms <= 0) return
    const { capacity, occupiedEnd, knownEnd } = standing
    sums.capacityMs += capacity * ms
    sums.occupiedMs += occupiedEnd * ms
    sums.knownMs += knownEnd * ms
    if (capacity > 0 && occupiedEnd >= capacity) sums.fullMs += ms
  }
  for (const row of rows) {
    if (row.start >= from) {
      stand(row.start)
      sums.capacityMs += row.capacity * row.spanMs
      sums.occupiedMs += row.occupiedMs
      sums.knownMs += row.knownMs
      sums.fullMs += row.fullMs
      at = row.start + row.spanMs
    }
    standing = row
  }
  stand(to)
}
