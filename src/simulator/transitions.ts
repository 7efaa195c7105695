/**
 * Stays as the readings of their bays: each arrival and each departure is one transition, numbered per bay from 1.
 *
 * - T1 Transitions come in the order of time; within one minute departures come before arrivals, so that a bay is left before
 *   the next car takes it. A stay that begins and ends in one minute still begins before it ends.
 * - T2 What is of like time comes in the order of the file: the same file always gives the same numbers.
 * - T3 Memory holds the cars that are parked, not the file. The file is sorted by arrival, up to the hour that a change of
 *   daylight saving can turn back; a row that is not is reported with its line and left out.
 * - T4 All readings carry one epoch, the time of the first arrival: replaying the same file is a repetition, and another file, earlier or
 *   later, never conflicts with it.
 */
import type { OnBadRow, Stay } from './stays.ts'
import type { WireReading } from './wire-reading.ts'

/** Local times in order may go back by this much in real time where clocks change. */
const slackMs = 2 * 3_600_000

/** Within one time: departures, stays without length, arrivals. */
const rankDeparture = 0
const rankBrief = 1
const rankArrival = 2

interface Move {
  readonly time: number
  readonly rank: number
  readonly order: number
  readonly bay: string
  readonly occupied: boolean
}

export async function* transitions(stays: AsyncIterable<Stay>, onBadRow: OnBadRow): AsyncGenerator<WireReading> {
  const waiting = createHeap()
  const seqs = new Map<string, number>()
  const number = ({ time, bay, occupied }: Move): WireReading => {
    const seq = (seqs.get(bay) ?? 0) + 1
    seqs.set(bay, seq)
    return { device: bay, seq, epoch, time, occupied }
  }
  let newest = Number.NEGATIVE_INFINITY
  let released = Number.NEGATIVE_INFINITY
  let order = 0
  let epoch = 0
  for await (const { bay, arrival, departure, line } of stays) {
    if (arrival < released) {
      onBadRow({ line, what: 'the arrival is earlier than in the rows above; sort the file by arrival_local' })
      continue
    }
    if (order === 0) epoch = Math.max(0, Math.floor(arrival / 1_000))
    const brief = arrival === departure
    waiting.push({ time: arrival, rank: brief ? rankBrief : rankArrival, order: order++, bay, occupied: true })
    waiting.push({ time: departure, rank: brief ? rankBrief : rankDeparture, order: order++, bay, occupied: false })
    newest = Math.max(newest, arrival)
    for (let move = waiting.peek(); move && move.time < newest - slackMs; move = waiting.peek()) {
      released = move.time
      yield number(waiting.pop())
    }
  }
  while (waiting.peek()) yield number(waiting.pop())
}

const before = (a: Move, b: Move): boolean =>
  a.time !== b.time ? a.time < b.time : a.rank !== b.rank ? a.rank < b.rank : a.order < b.order

/** A binary heap: the earliest move on top. */
function createHeap() {
  const moves: Move[] = []
  const at = (i: number) => moves[i] as Move
  function push(move: Move) {
    let i = moves.length
    moves.push(move)
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!before(move, at(parent))) break
      moves[i] = at(parent)
      i = parent
    }
    moves[i] = move
  }
  function pop(): Move {
    const top = at(0)
    const last = moves.pop() as Move
    if (moves.length === 0) return top
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= moves.length) break
      if (child + 1 < moves.length && before(at(child + 1), at(child))) child++
      if (!before(at(child), last)) break
      moves[i] = at(child)
      i = child
    }
    moves[i] = last
    return top
  }
  return { push, pop, peek: (): Move | undefined => moves[0] }
}
