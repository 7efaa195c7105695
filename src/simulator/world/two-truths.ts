/**
 * Pairs of histories with the same frames and other truths: what a server shows at their end is right in one of them at most,
 * so it must not be sure, and the judge (truth.ts) asks no server for it (docs/specs/ordering.md, Fairness).
 */
import type { Delivery, History, TrueReading } from './history.ts'

export interface TwoTruths {
  readonly what: string
  readonly truths: readonly [History, History]
}

const begin = Date.UTC(2026, 10, 23, 8)
const minute = 60_000

/** `made`: `run number presence`, in the order in which they were made. `came`: which of them, in the order of arrival. */
function history(made: readonly string[], came: readonly number[], width?: 8): History {
  const readings = made.map((text, i): TrueReading => {
    const [run, number, presence] = text.split(' ')
    const seq = width === undefined ? Number(number) : Number(number) % 2 ** width
    const wire = { seq, occupied: presence === 'T' }
    return { run: Number(run), number: Number(number), at: begin + i * minute, wire }
  })
  const deliveries = came.map(
    (reading, i): Delivery => ({ reading, arrived: begin + (made.length + i) * minute, record: i + 1 }),
  )
  const bare = { seed: 0, kind: 'number', transport: 'serial', fair: true, clockTrusted: true, traits: [] } as const
  return { ...bare, ...(width === undefined ? {} : { width }), readings, deliveries }
}

const inOrder = (count: number) => Array.from({ length: count }, (_, i) => i)

export const twoTruths: readonly TwoTruths[] = [
  {
    what: 'a lap behind an end at which numbers were lost, and the lap before sent again with what had been lost of it',
    truths: [
      history(['0 0 T', '0 1 F', '0 3 F', '0 253 T', '0 256 T', '0 257 F', '0 258 T', '0 259 F'], inOrder(8), 8),
      history(['0 0 T', '0 1 F', '0 2 T', '0 3 F', '0 253 T'], [0, 1, 3, 4, 0, 1, 2, 3], 8),
    ],
  },
  {
    what: 'a restart whose numbers were missing, and late frames',
    truths: [
      history(['0 5 T', '0 6 F', '0 9 T', '1 7 F', '1 8 F'], inOrder(5)),
      history(['0 5 T', '0 6 F', '0 7 F', '0 8 F', '0 9 T'], [0, 1, 4, 2, 3]),
    ],
  },
]
