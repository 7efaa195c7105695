/** Lists of rows, read piece by piece while they are written. */
import { reportTables } from '@baykeeper/contract/reports.ts'
import { bayFlagBits, bayFlags } from '@baykeeper/contract/vocabulary.ts'
import { quarterMs } from '../domain/occupancy-span.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { dayMs, minuteMs } from '../lib/utc-day.ts'
import type { Store } from '../store/store.ts'
import { coverageOf, occupancyOf } from './occupancy-book.ts'
import type { Period } from './period.ts'
import { eachQuarter } from './quarters.ts'
import type { FilledTable, ReportRow } from './report.ts'
import type { Scope } from './scope.ts'

const staysAtOnce = 2_000
const quartersAtOnceMs = 31 * dayMs
/** Their changes of five years are some 150,000 rows. */
const baysAtOnce = 8

export const staysList = (store: Pick<Store, 'stays' | 'devices'>, scope: Scope, period: Period): FilledTable => ({
  table: reportTables.stays,
  rows: staysOf(store, scope, period),
})

async function* staysOf(
  store: Pick<Store, 'stays' | 'devices'>,
  { bays }: Scope,
  { begin, end }: Period,
): AsyncGenerator<ReportRow> {
  const devices = new Map((await store.devices()).map(({ id, external }) => [id, external as string]))
  const asked = { bays: new Set(bays.keys()), from: begin, to: end, limit: staysAtOnce }
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<Store['stays']>> = await store.stays(cursor === null ? asked : { ...asked, cursor })
    for (const { bay, device, arrival, departure, dwellMs, ...row } of page.items) {
      const place = bays.get(bay ?? '')
      yield {
        ...{ site: place?.site ?? null, level: place?.level ?? null, bay, device: devices.get(device) ?? '' },
        ...{ arrival, departure, dwell_min: dwellMs / minuteMs, certain: row.certain },
        ...{ max_error_s: row.maxErrorMs === null ? null : row.maxErrorMs / 1_000, hidden_max: row.hiddenMax },
        ...{ overstay_min: row.overstayMin, correction_counter: row.corrections },
      }
    }
    cursor = page.next
  } while (cursor !== null)
}

/** `processed`: up to where processing has come. */
export const quartersList = (
  store: Pick<Store, 'occupancy'>,
  scope: Scope,
  period: Period,
  processed: Instant,
): FilledTable => ({
  table: reportTables.quarters,
  rows: quartersOf(store, scope, period, processed),
})

async function* quartersOf(
  store: Pick<Store, 'occupancy'>,
  { place, capacity }: Scope,
  { begin, end }: Period,
  processed: Instant,
): AsyncGenerator<ReportRow> {
  for (let from = begin; from < end; from = instant(from + quartersAtOnceMs)) {
    const rows: ReportRow[] = []
    const to = instant(Math.min(end, from + quartersAtOnceMs))
    await eachQuarter(store, { place, capacity, processed, from, to }, (quarter) => {
      const { start, isRecorded, occupiedMs, knownMs, fullMs, lowest, highest } = quarter
      const isKnown = knownMs > 0
      rows.push({
        ...{
          start,
          capacity_bays: isRecorded ? quarter.capacity : null,
          occupied_bays: isKnown ? occupiedMs / quarterMs : null,
        },
        ...{ occupied_min_bays: isKnown ? lowest : null, occupied_max_bays: isKnown ? highest : null },
        ...{
          occupancy: occupancyOf(quarter),
          coverage: coverageOf({ knownMs, capacityMs: quarter.capacity * quarterMs }),
        },
        full_min: isKnown ? fullMs / minuteMs : null,
      })
    })
    yield* rows
  }
}

export const bayChangesList = (store: Pick<Store, 'bayChanges'>, scope: Scope, period: Period): FilledTable => ({
  table: reportTables.bayChanges,
  rows: bayChangesOf(store, scope, period),
})

async function* bayChangesOf(
  store: Pick<Store, 'bayChanges'>,
  { bays }: Scope,
  { begin, end }: Period,
): AsyncGenerator<ReportRow> {
  const ids = [...bays.keys()].sort()
  for (let first = 0; first < ids.length; first += baysAtOnce)
    for (const { bay, time, state, cause, flags } of await store.bayChanges({
      ...{ bays: ids.slice(first, first + baysAtOnce), from: begin, to: end },
    }))
      yield {
        ...{ site: bays.get(bay)?.site ?? null, level: bays.get(bay)?.level ?? null, bay, time, state, cause },
        flags: bayFlags.filter((flag) => (flags & bayFlagBits[flag]) !== 0).join(' '),
      }
}
