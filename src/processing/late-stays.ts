/**
 * Stays repaired by late readings: a stay that is no more with one is removed, one that came to light is added; both in the transaction of the
 * readings (docs/specs/ordering.md, H2). Each late reading is taken in at its place in the journal, so that batches may be cut anywhere.
 */
import type { PlaceThen } from '../domain/assignment-history.ts'
import { type Instant, instant } from '../lib/brand.ts'
import {
  type ReadingRow,
  type ReadingRows,
  readingAt,
  readingRow,
  readingWidth,
  type SessionKey,
  type SessionRow,
  type Store,
} from '../store/store.ts'
import type { Fleet, Tracked } from './fleet.ts'
import type { HistoryFold } from './folds.ts'
import { timeLateMaxMs } from './plausible-time.ts'
import { hasPlace, repairOfBay, repairOfDevice, type StayRepair, staysIn } from './stay-repair.ts'

type LateHistory = Pick<HistoryFold, 'bayOf' | 'claimOf' | 'late' | 'placeAt' | 'movedAt'>

export interface LateStays {
  /** The row that was added last is of a late reading: it may change stays, and `since` of its device. */
  repair(device: Tracked, time: Instant): Promise<void>
  /** What the late readings of the batch have changed. */
  changes(): StayRepair
}

/** What is stored around the late readings of a device, and what the batch has of it. */
interface Around {
  from: number
  to: number
  bay: string | undefined
  readings: readonly ReadingRow[]
  stays: readonly SessionRow[]
  readonly own: ReadingRow[]
  /** Rows of the batch that were looked through. */
  scanned: number
}

const keyOf = ({ bay, device, arrival, departure }: SessionKey) => JSON.stringify([bay, device, arrival, departure])

export function createLateStays(
  store: Pick<Store, 'readingsBetween' | 'staysAround'>,
  rows: ReadingRows,
  fleet: Pick<Fleet, 'touch'>,
  history: LateHistory | undefined,
): LateStays {
  const known = new Map<Tracked, Around>()
  /** Without a row: the stay is gone. */
  const changed = new Map<string, { readonly key: SessionKey; readonly row: SessionRow | undefined }>()

  /** The stays of the bay as the late readings before this one left them. */
  function staysNow(bay: string, { stays }: Around, { late }: Pick<HistoryFold, 'late'>): SessionRow[] {
    const added = [...changed.values()].flatMap(({ row }) => (row?.bay === bay ? [row] : []))
    return [...[...stays, ...late.endedIn(bay)].filter((stay) => !changed.has(keyOf(stay))), ...added]
  }

  function change({ gone, added }: StayRepair) {
    for (const { bay, device, arrival, departure } of gone) {
      const key = { bay, device, arrival, departure }
      changed.set(keyOf(key), { key, row: undefined })
    }
    for (const row of added) changed.set(keyOf(row), { key: row, row })
  }

  return {
    async repair(device, time) {
      if (!history) return
      const { state } = device
      const place = placeOf(history, device, time)
      const bay = place.is === 'now' ? history.late.bayOf(state) : place.bay
      const around = await aroundOf({ store, rows, known }, device, time, bay)
      // Without a place, as its time is that of its arrival.
      if (around.own.at(-1)?.pos !== rows.values[(rows.length - 1) * readingWidth + readingAt.pos]) return
      // What it measured at another bay is no report of this one.
      const from = Math.max(time - timeLateMaxMs, place.from)
      const to = Math.min(time + timeLateMaxMs, place.is === 'then' ? place.to : Number.POSITIVE_INFINITY)
      const is = [...around.readings, ...around.own].filter((row) => row.time >= from && row.time < to)
      const readings = { was: is.slice(0, -1), is }
      const then = place.is === 'then' ? { until: instant(place.to), isOnly: place.isOnly } : undefined
      if (bay === undefined)
        change(repairOfDevice(device, readings, then ? history.claimOf(state) : history.bayOf(state)))
      else
        change(repairOfBay(device, readings, { bay, late: history.late, stays: staysNow(bay, around, history), then }))
      if (then) return
      const [before, now] = [staysIn(readings.was), staysIn(readings.is)]
      if (now.last === before.last) moveSince(fleet, device, before.since, now.since)
    },
    changes() {
      const all = [...changed.values()]
      return {
        gone: all.flatMap(({ key, row }) => (row === undefined ? [key] : [])),
        added: all.flatMap(({ row }) => row ?? []),
      }
    },
  }
}

/** Where the reading was measured. Most devices were not moved within the time that is looked at. */
function placeOf({ movedAt, placeAt }: LateHistory, { state }: Tracked, time: Instant): PlaceThen {
  return movedAt <= time - timeLateMaxMs ? { is: 'now', from: 0 } : placeAt(state, time)
}

interface LateDeps {
  readonly store: Pick<Store, 'readingsBetween' | 'staysAround'>
  readonly rows: ReadingRows
  readonly known: Map<Tracked, Around>
}

/** Read from the store once for the late readings of a device that lie together. */
async function aroundOf(
  { store, rows, known }: LateDeps,
  device: Tracked,
  time: Instant,
  bay: string | undefined,
): Promise<Around> {
  const { id } = device.state
  const found = known.getOrInsertComputed(device, () => ({
    ...{ from: time, to: time, bay: undefined, readings: [], stays: [], own: [], scanned: 0 },
  }))
  const [from, to] = [time - timeLateMaxMs, time + timeLateMaxMs]
  if (from < found.from || to > found.to || bay !== found.bay) {
    Object.assign(found, { from: Math.min(found.from, from), to: Math.max(found.to, to), bay })
    const span = [instant(found.from), instant(found.to)] as const
    found.readings = (await store.readingsBetween(id, ...span)).filter((row) => hasPlace(row))
    found.stays = bay === undefined ? [] : await store.staysAround(bay, ...span)
  }
  for (; found.scanned < rows.length; found.scanned++)
    if (rows.values[found.scanned * readingWidth + readingAt.device] === id) {
      const row = readingRow(rows, found.scanned)
      if (hasPlace(row)) found.own.push(row)
    }
  return found
}

/** The presence of now began at another time than was known. */
function moveSince(fleet: Pick<Fleet, 'touch'>, device: Tracked, was: Instant | null, is: Instant | null) {
  const { state, order } = device
  if (is === null || was === is) return
  if (order.held) {
    if (order.held.since !== was) return
    order.held = { ...order.held, since: is }
    order.changed = true
  } else if (state.since === was) state.since = is
  fleet.touch(device)
}
