/**
 * The stays that end in a batch, as numbers in one typed array: in a car park that is busy every third reading ends one, and as objects they
 * were most of what a batch leaves to the garbage collector and most of what is written to hand it to another thread.
 */
import type { Instant } from '../../lib/brand.ts'
import { commitsUnderWayMax } from '../commits.ts'
import type { SessionRow } from '../tables/stay.ts'
import { sharedMemory } from './reading-rows.ts'

export interface SessionRows {
  readonly length: number
  /** `sessionWidth` numbers a row; longer than the rows need. */
  readonly values: Float64Array
  /** Each bay once; a row has its place here, or -1. */
  readonly bays: readonly string[]
}

/** device, arrival, departure, certain, bay, corrections, error, hidden, overstay; null is -1 */
const sessionWidth = 9
const rowsFirst = 16

export interface SessionBook {
  add(row: SessionRow): void
  /** Those of a bay that were not taken yet. */
  of(bay: string): readonly SessionRow[]
  /** What was added; the book is empty then. Its memory is used again after `commitsUnderWayMax` more. */
  take(): SessionRows
}

export function createSessionBook(): SessionBook {
  let values = sharedMemory(rowsFirst * sessionWidth)
  const taken = Array.from({ length: commitsUnderWayMax }, () => sharedMemory(rowsFirst * sessionWidth))
  let length = 0
  let places = new Map<string, number>()
  return {
    add({ device, arrival, departure, certain, bay, corrections, maxErrorMs, hiddenMax, overstayMin }) {
      const at = length++ * sessionWidth
      if (at === values.length) {
        const more = sharedMemory(values.length * 2)
        more.set(values)
        values = more
      }
      values[at] = device
      values[at + 1] = arrival
      values[at + 2] = departure
      values[at + 3] = Number(certain)
      values[at + 4] = bay === null ? -1 : places.getOrInsert(bay, places.size)
      values[at + 5] = corrections
      values[at + 6] = maxErrorMs ?? -1
      values[at + 7] = hiddenMax ?? -1
      values[at + 8] = overstayMin ?? -1
    },
    of(bay) {
      const rows = { length, values, bays: [...places.keys()] }
      return places.has(bay) ? sessionList(rows).filter((row) => row.bay === bay) : []
    },
    take() {
      const rows = { length, values, bays: [...places.keys()] }
      taken.push(values)
      values = taken.shift() as Float64Array<SharedArrayBuffer>
      length = 0
      places = new Map()
      return rows
    },
  }
}

export function sessionAt({ values, bays }: SessionRows, row: number): SessionRow {
  const at = row * sessionWidth
  const number = (i: number) => values[at + i] as number
  const orNull = (i: number) => (number(i) < 0 ? null : number(i))
  const [arrival, departure] = [number(1) as Instant, number(2) as Instant]
  return {
    ...{ device: number(0), arrival, departure, dwellMs: departure - arrival },
    ...{ certain: number(3) === 1, bay: bays[number(4)] ?? null, corrections: number(5) },
    ...{ maxErrorMs: orNull(6), hiddenMax: orNull(7), overstayMin: orNull(8) },
  }
}

export const sessionList = (rows: SessionRows): SessionRow[] =>
  Array.from({ length: rows.length }, (_, row) => sessionAt(rows, row))

export function sessionRows(list: Iterable<SessionRow>): SessionRows {
  const book = createSessionBook()
  for (const row of list) book.add(row)
  return book.take()
}

export const noSessions = sessionRows([])

/** Indexes of the rows, in the order of their key. */
export function sessionsInOrder({ length, values, bays }: SessionRows): number[] {
  const value = (row: number, i: number) => values[row * sessionWidth + i] as number
  const bay = (row: number) => bays[value(row, 4)] ?? ''
  return Array.from({ length }, (_, row) => row).sort((a, b) => {
    const [of, than] = [bay(a), bay(b)]
    return of < than ? -1 : of > than ? 1 : value(a, 2) - value(b, 2) || value(a, 1) - value(b, 1)
  })
}
