/**
 * Outcome of numbered lines: lines of the emulator against the rows in the table.
 *
 * - A line that did not leave the board whole was lost on the wire: no process read it in time.
 * - A line that did and is not in the table was lost by the program that had taken it.
 */
import { percent } from './figures.ts'

export interface Account {
  readonly sent: number
  /** Distinct lines in the table. */
  readonly stored: number
  readonly lost: number
  readonly lost_percent: number
  /** Of the lost: discarded by the UART because no process read in time or had the port open. */
  readonly overrun: number
  /** Of the lost: arrived whole and never stored. */
  readonly taken_and_lost: number
  /** Rows beyond the first of a line. */
  readonly doubled: number
  /** Rows whose values are not those of any line. */
  readonly wrong: number
}

export interface Sent {
  /** Number of the first line. */
  readonly first: number
  readonly count: number
  /** Numbers of lines that did not come out whole. */
  readonly damaged: readonly number[]
}

/** `rows` are the numbers that the table holds, in any order; those outside the range belong to another burst. */
export function accountFor({ first, count, damaged }: Sent, rows: Iterable<number>, wrong = 0): Account {
  const times = new Uint8Array(count)
  let doubled = 0
  let stored = 0
  for (const number of rows) {
    const at = number - first
    if (!(at >= 0 && at < count)) continue
    if (times[at]) doubled++
    else stored++
    times[at] = 1
  }
  const overrun = damaged.reduce((sum, number) => sum + (times[number - first] ? 0 : 1), 0)
  const lost = count - stored
  return {
    sent: count,
    stored,
    lost,
    lost_percent: percent(lost, count),
    overrun,
    taken_and_lost: lost - overrun,
    doubled,
    wrong,
  }
}
