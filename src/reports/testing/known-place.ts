/** A site in a real store, of which a test gives the rows: occupancy, stays, and up to where processing has come. */

import { emptyLayout, type Layout, plainBay } from '../../domain/layout.ts'
import { quarterMs } from '../../domain/occupancy-span.ts'
import { instant } from '../../lib/brand.ts'
import { systemClock } from '../../lib/clock.ts'
import { plainCsv } from '../../lib/csv-text.ts'
import { silentLog } from '../../lib/log.ts'
import { dayMs, minuteMs } from '../../lib/utc-day.ts'
import { openStore } from '../../store/engine/open.ts'
import { noSessions, type OccupancyRow, type Store, sessionRows } from '../../store/store.ts'
import { sqlitePlace } from '../../store/testing/sqlite-place.ts'
import { aBatch, aStay } from '../../store/testing/store-samples.ts'
import { makeReport } from '../make-report.ts'
import type { Report, ReportRow } from '../report.ts'
import type { ReportRequest } from '../request.ts'
import { noBays } from './fleet-truth.ts'

/** A Monday. */
export const begin = Date.parse('2026-11-02T00:00:00Z')

export interface KnownPlace {
  readonly bays: number
  /** Places of a count zone without bays. */
  readonly counted?: number
  readonly zone?: string
  readonly rows?: readonly OccupancyRow[]
  /** Minutes from `begin` at which stays of ten minutes ended. */
  readonly departures?: readonly number[]
  readonly processed: number | undefined
}

/** From `start` on: of `capacity` bays so many are taken and known. */
export const standing = (start: number, capacity: number, taken: number, known: number): OccupancyRow => ({
  ...{ site: 'S', level: null, zone: null, spanMs: quarterMs, start: instant(start), capacity, fullMs: 0 },
  ...{ occupiedMs: taken * quarterMs, knownMs: known * quarterMs, minOccupied: taken, maxOccupied: taken },
  ...{ occupiedEnd: taken, knownEnd: known },
})

function layoutOf({ bays, counted, zone = 'UTC' }: KnownPlace): Layout {
  const zones = counted === undefined ? [] : [{ id: 'Z', name: 'Z', countCapacity: counted }]
  const all = Array.from({ length: bays }, (_, i) => plainBay(`B-${i}`, { x: i * 3, y: 0 }, {}))
  const level = { id: 'L', name: 'L', x: 0, y: 0, w: 999, h: 9, zones, bays: all }
  return { ...emptyLayout, sites: [{ id: 'S', name: 'S', zone, levels: [level] }] }
}

export interface PlaceReports extends AsyncDisposable {
  readonly store: Store
  make(asked: Partial<ReportRequest>): Promise<Report>
}

export async function reportsOf(known: KnownPlace): Promise<PlaceReports> {
  const { rows = [], departures = [], processed } = known
  const { file, ...place } = await sqlitePlace()
  const store = await openStore(`sqlite:${file}`, { log: silentLog, clock: systemClock })
  await store.migrate()
  const stays = departures.map((minute, i) => {
    const departure = instant(begin + minute * minuteMs)
    return aStay({ bay: `B-${i % known.bays}`, arrival: instant(departure - 10 * minuteMs), departure })
  })
  const bays = { ...noBays, clock: processed === undefined ? undefined : instant(processed) }
  const history = { sessions: stays.length > 0 ? sessionRows(stays) : noSessions, bays, occupancy: rows }
  const { position, fence } = await store.cursor('known')
  const batch = { journal: 'known', from: position, to: position + 1, fence }
  await store.commit(aBatch({ ...batch, history: { ...history, counts: [], health: [] } }))
  return {
    store,
    make: (asked) =>
      makeReport(store, layoutOf(known), {
        ...{ kind: 'summary', site: 'S', compare: 'none', format: 'json', csv: plainCsv },
        ...{ from: '2026-11-02', to: '2026-11-03', keptDays: { stays: 0, bayChanges: 0 } },
        ...{ now: instant(begin + 100 * dayMs), ...asked },
      }),
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await place[Symbol.asyncDispose]()
    },
  }
}

export async function tableOf(report: Report, name: string): Promise<ReportRow[]> {
  const found = report.tables.find(({ table }) => table.name === name)
  if (!found) throw new Error(`${report.head.kind} has no table ${name}`)
  return Array.fromAsync(found.rows)
}

export async function figureOf(report: Report, name: string): Promise<ReportRow> {
  const row = (await tableOf(report, 'figures')).find(({ figure }) => figure === name)
  if (!row) throw new Error(`there is no figure ${name}`)
  return row
}
