/**
 * The stays that end in a batch, as numbers in one typed array: in a car park that is busy every third reading ends one, and as objects they
 * were most of what a batch leaves to the garbage collector and most of what is written to hand it to another thread.
 */
import type { Instant } from '../../lib/brand.ts'
import { commitsUnderWayMax } from '../commits.ts'
import type { SessionRow } from '../tables/session.ts'
import { sharedMemory } from './reading-rows.ts'

export interface SessionRows {
  readonly length: number
  /** `sessionWidth` numbers a row; longer than the rows need. */
  readonly values: Float64Array
  /** Each bay once; a row has its place here, or -1. */
  readonly bays: readonly string[]
}

/** device, arrival, departure, dwell, certain, bay */
const sessionWidth = 6
const rowsFirst = 16

export interface SessionBook {
  add(row: SessionRow): void
  /** What was added; the book is empty then. Its memory is used again after `commitsUnderWayMax` more. */
  take(): SessionRows
}

export function createSessionBook(): SessionBook {
  let values = sharedMemory(rowsFirst * sessionWidth)
  const taken = Array.from({ length: commitsUnderWayMax }, () => sharedMemory(rowsFirst * sessionWidth))
  let length = 0
  let places = new Map<string, number>()
  return {
    add({ device, arrival, departure, dwellMs, certain, bay }) {
      const at = length++ * sessionWidth
      if (at === values.length) {
        const more = sharedMemory(values.length * 2)
        more.set(values)
        values = more
      }
      values[at] = device
      values[at + 1] = arrival
      values[at + 2] = departure
      values[at + 3] = dwellMs
      values[at + 4] = Number(certain)
      values[at + 5] = bay === null ? -1 : places.getOrInsert(bay, places.size)
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
  return {
    ...{ device: number(0), arrival: number(1) as Instant, departure: number(2) as Instant, dwellMs: number(3) },
    ...{ certain: number(4) === 1, bay: bays[number(5)] ?? null },
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
export function sessionsInOrder({ length, values }: SessionRows): number[] {
  const value = (row: number, i: number) => values[row * sessionWidth + i] as number
  return Array.from({ length }, (_, row) => row).sort((a, b) => value(a, 0) - value(b, 0) || value(a, 2) - value(b, 2))
}
