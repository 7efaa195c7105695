/**
 * The past of the demo city in its store: nine weeks of occupancy by quarters of an hour, so that there is something to forecast from, and the
 * stays and overstays of the last week, so that there is something to report. Simulated, and written beside the live rows.
 */
import { quarterMs } from '../domain/occupancy-span.ts'
import { overstayMinutes, type StayLimit, stayLimits } from '../domain/stay-rules.ts'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { dayMs } from '../lib/utc-day.ts'
import { type PastOptions, type PastQuarter, pastOf } from '../simulator/past.ts'
import { createPastStays, type PastStay } from '../simulator/past-stays.ts'
import { openStore } from '../store/engine/open.ts'
import { noReadings } from '../store/readings/reading-rows.ts'
import { type OccupancyRow, type OverstayRow, type SessionRow, type Store, sessionRows } from '../store/store.ts'

/** Long enough for four weeks of anchor and four to learn from. */
const pastDays = 63
/** Seven whole days and today for reports, and a day for the vehicles to spread; a city of 2,000 bays has some 35,000 stays a day. */
const pastStayDays = 9
const quartersOfDay = dayMs / quarterMs
/** Its rows are committed under their own name: no journal holds them. */
const pastJournal = 'simulated-past'
/** A commit of so many is over soon, and the live ones come in between. */
const pastRowsAtOnce = 4_000
const pastPauseMs = 15

interface PastCity extends Omit<PastOptions, 'from' | 'to'> {
  readonly signal: AbortSignal
  readonly log: Log
}

interface EndedStay {
  readonly row: SessionRow
  readonly overstay: OverstayRow | undefined
}

/** Up to the quarter the city was started in; of an older city, what it has missed since it was last alive. */
export async function writePast(url: string, city: PastCity): Promise<void> {
  const { signal, log } = city
  await using store = await openStore(url, { log, clock: systemClock })
  const to = Math.floor(systemClock.now() / quarterMs) * quarterMs
  const from = to - pastDays * dayMs
  const began = performance.now()
  let [rows, stays]: [OccupancyRow[], EndedStay[]] = [[], []]
  const written = { rows: 0, stays: 0 }
  const write = async () => {
    await commitPast(store, rows, stays)
    written.rows += rows.length
    written.stays += stays.length
    ;[rows, stays] = [[], []]
    await systemClock.sleep(pastPauseMs, signal)
  }
  const lived = await livedQuarters(store, { ...city, from, to })
  const past = [...pastOf({ ...city, from, to })]
  // The newest first: it is the most useful.
  for (const quarter of past.toReversed()) {
    if (lived.has(startOf(quarter))) continue
    for (const place of quarter) rows.push(rowOf(place))
    if (rows.length >= pastRowsAtOnce) await write()
  }
  if (rows.length > 0) await write()
  // Stays behind it, as no forecast waits for them. A start that is cut short leaves days without stays: reports say so.
  const ended = await endedStays(past.slice(-pastStayDays * quartersOfDay), lived, city)
  for (const ofQuarter of ended.reverse()) {
    stays.push(...ofQuarter)
    if (stays.length >= pastRowsAtOnce) await write()
  }
  if (stays.length > 0) await write()
  if (written.rows > 0)
    log.info('the simulated city was given a past', {
      ...{ days: pastDays, ...written },
      ms: Math.round(performance.now() - began),
    })
}

const startOf = (quarter: readonly PastQuarter[]): number => quarter[0]?.start ?? 0

/** Quarter by quarter of their departure, oldest first. Of a vehicle that stood there while the city was alive the living city has the stay. */
async function endedStays(
  past: readonly (readonly PastQuarter[])[],
  lived: ReadonlySet<number>,
  { layout, seed, signal }: PastCity,
) {
  const simulated = createPastStays(layout, seed)
  const limits = stayLimits(layout.sites)
  const ended: (readonly EndedStay[])[] = []
  for (const [i, quarter] of past.entries()) {
    const stays = simulated.follow(quarter)
    // The vehicles of its first hours have come as it began: their stays are no lengths.
    if (i >= quartersOfDay && !lived.has(startOf(quarter)))
      ended.push(
        stays
          .filter(({ arrival }) => !lived.has(Math.floor(arrival / quarterMs) * quarterMs))
          .map((stay) => endedStay(stay, limits.get(stay.bay))),
      )
    if (i % quartersOfDay === 0) await systemClock.sleep(0, signal)
  }
  return ended
}

/** Quarters in which the city was alive, or has a past already. */
async function livedQuarters(store: Store, { layout, from, to }: PastOptions): Promise<ReadonlySet<number>> {
  const site = layout.sites[0]?.id ?? ''
  const rows = await store.occupancy({
    ...{ spanMs: quarterMs, site, level: null, zone: null, from: instant(from), to: instant(to) },
  })
  return new Set(rows.map(({ start }) => start))
}

async function commitPast(store: Store, occupancy: readonly OccupancyRow[], stays: readonly EndedStay[]) {
  const { position, fence } = await store.cursor(pastJournal)
  await store.commit({
    ...{ journal: pastJournal, from: position, to: position + 1, fence },
    ...{ readings: noReadings(), devices: [], deadLetters: [], deadLettersDone: [], ledger: [] },
    history: {
      sessions: sessionRows(stays.map(({ row }) => row)),
      standing: { put: [], gone: [], overstays: { put: stays.flatMap(({ overstay }) => overstay ?? []), gone: [] } },
      ...{ occupancy, counts: [], health: [] },
    },
  })
}

/** As if nothing had changed within the quarter. */
function rowOf({ capacity, occupied, ...place }: PastQuarter): OccupancyRow {
  return {
    ...{ ...place, spanMs: quarterMs, capacity, occupiedMs: occupied * quarterMs, knownMs: capacity * quarterMs },
    ...{ fullMs: occupied >= capacity ? quarterMs : 0, minOccupied: occupied, maxOccupied: occupied },
    ...{ occupiedEnd: occupied, knownEnd: capacity },
  }
}

/** No device has reported it. */
function endedStay({ bay, arrival, departure }: PastStay, limit: StayLimit | undefined): EndedStay {
  const minutes = limit ? overstayMinutes(limit, arrival, departure) : null
  const begun = minutes ? limit?.begins(arrival) : null
  const { maxStayMin = 0, graceMin = 0 } = limit?.rule ?? {}
  return {
    row: {
      ...{ bay, device: 0, arrival, departure, dwellMs: departure - arrival, certain: true, corrections: 0 },
      ...{ maxErrorMs: 0, hiddenMax: 0, overstayMin: minutes },
    },
    overstay: begun ? { bay, arrival, maxStayMin, graceMin, begun, ended: departure, minutes } : undefined,
  }
}
