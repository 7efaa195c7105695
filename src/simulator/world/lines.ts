/**
 * Effects of a line and a gateway on the frames of a board: they lose, delay, repeat and reorder them. The plan is a list of readings in order of
 * delivery; `deliver` gives each its arrival and what its transport knows.
 */
import type { Random } from '../random.ts'
import { chance, type Life, pick, whole } from './boards.ts'
import type { Delivery, Transport, TrueReading } from './history.ts'

/** One frame to be delivered. `again`: the transport marks that it may have been delivered before. */
export interface Step {
  readonly reading: number
  /** Starts a new connection (TCP), or is sent again on one (MQTT). */
  readonly again?: true
  readonly reconnect?: true
  /** Goes in one uplink with the step before it. */
  readonly joined?: true
  /** Another copy by another gateway. */
  readonly copy?: true
}

export function planOf(
  random: Random,
  life: Life,
  transport: Transport,
  numbersOnly: boolean,
  traits: string[],
): Step[] {
  const survived = lose(random, life, numbersOnly, traits)
  if (life.kind === 'neither') return resend(random, transport, survived.map(stepOf), traits)
  if (numbersOnly) {
    const late = delayOne(random, life, survived, traits)
    const repeated = repeatWithin(random, life, late, traits)
    return resend(random, transport, repeated, traits)
  }
  if (life.traits.includes('counter reset')) return copies(random, survived.map(stepOf), traits)
  const shuffled = reorder(random, life, survived, traits)
  const repeated = repeatAnything(random, shuffled, traits)
  return life.kind === 'session' ? copies(random, repeated, traits) : repeated
}

const stepOf = (reading: number): Step => ({ reading })
const readingAt = (life: Life, i: number) => life.readings[i] as TrueReading

/** Single frames, runs of frames, the first of a boot. At least three of each run arrive. */
function lose(random: Random, { readings }: Life, numbersOnly: boolean, traits: string[]): number[] {
  const share = pick(random, [0, 0, 0.05, 0.2])
  const firstLost = chance(random, 0.3)
  if (share > 0) traits.push('frames lost')
  if (firstLost) traits.push('first frames lost')
  const kept: number[] = []
  for (const run of Map.groupBy(readings.keys(), (i) => (readings[i] as TrueReading).run).values()) {
    const from = firstLost ? whole(random, 0, Math.min(5, run.length - 4)) : 0
    const hole = chance(random, 0.2) ? whole(random, from + 2, run.length) : Number.POSITIVE_INFINITY
    const holeEnd = hole + whole(random, 2, numbersOnly ? 20 : 40)
    const left = run.filter((_, k) => k >= from && !chance(random, share) && !(k >= hole && k < holeEnd))
    kept.push(...(left.length >= 3 ? left : run.slice(-Math.min(3, run.length))))
  }
  return kept
}

/** So many frames of a boot make it certain for any frames of the boot before. */
const certainAfter = 6

/** One frame comes a few places late, within its run and its lap of the counter. */
function delayOne(random: Random, life: Life, order: readonly number[], traits: string[]): Step[] {
  const steps = order.map(stepOf)
  if (!chance(random, 0.3)) return steps
  const from = whole(random, 1, Math.max(1, order.length - 2))
  const by = whole(random, 1, 4)
  const segment = segmentOf(life)
  const [moved] = steps.splice(from, 1)
  if (!moved) return steps
  const at = Math.min(steps.length, from + by)
  const passed = steps.slice(from, at)
  const { run } = readingAt(life, moved.reading)
  const isCertain = steps.slice(0, from).filter(({ reading }) => readingAt(life, reading).run === run).length >= 3
  if (!isCertain || passed.length === 0 || passed.some(({ reading }) => segment(reading) !== segment(moved.reading)))
    return order.map(stepOf)
  steps.splice(at, 0, moved)
  traits.push('late frame')
  return steps
}

/** Readings between which nothing is ambiguous: one run, one lap of the counter. */
function segmentOf(life: Life): (reading: number) => string {
  const lap = life.width ? 2 ** life.width : Number.POSITIVE_INFINITY
  return (reading) => {
    const { run, number } = readingAt(life, reading)
    return `${run} ${Math.floor(number / lap)}`
  }
}

/** One frame, a run, or everything of this run of the board so far again, in order, without any mark. */
function repeatWithin(random: Random, life: Life, steps: readonly Step[], traits: string[]): Step[] {
  if (!chance(random, 0.35)) return [...steps]
  const segment = segmentOf(life)
  const at = whole(random, 1, steps.length)
  const here = segment((steps[at - 1] as Step).reading)
  const { run } = readingAt(life, (steps[at - 1] as Step).reading)
  const isIn = ({ reading }: Step) => readingAt(life, reading).run === run
  // Near a restart an unmarked repetition may as well belong to the other boot.
  if (steps.slice(0, at).filter(isIn).length < certainAfter || !steps.slice(at).some(isIn)) return [...steps]
  const own = steps.slice(0, at).filter(({ reading }) => segment(reading) === here)
  const inOrder = [...new Set(own.map(({ reading }) => reading))].sort((a, b) => a - b)
  const what = pick(random, ['one frame', 'a run', 'everything'] as const)
  const from = what === 'everything' ? 0 : whole(random, 0, inOrder.length - 1)
  const again = inOrder.slice(from, what === 'one frame' ? from + 1 : undefined)
  traits.push(`${what} again`)
  return [...steps.slice(0, at), ...again.map(stepOf), ...steps.slice(at)]
}

/** With exact identities anything may come in any order: late frames, blocks newest first, a backlog across a restart. */
function reorder(random: Random, life: Life, order: readonly number[], traits: string[]): number[] {
  const moved = [...order]
  const how = pick(random, ['in order', 'in order', 'late frames', 'newest first', 'backlog after a restart'] as const)
  if (how === 'in order') return moved
  if (life.kind === 'boot' && how !== 'late frames') return newestFirstWithinRun(random, life, moved, traits)
  traits.push(how)
  if (how === 'late frames') {
    for (let n = whole(random, 1, 4); n > 0; n--) {
      const from = whole(random, 1, moved.length - 1)
      const [one] = moved.splice(from, 1)
      if (one !== undefined) moved.splice(Math.min(moved.length, from + whole(random, 1, 12)), 0, one)
    }
    return life.kind === 'boot' ? firstSeenInOrder(life, moved) : sameSecondInOrder(life, moved)
  }
  const from = whole(random, 0, moved.length - 2)
  const to = how === 'newest first' ? whole(random, from + 2, moved.length) : moved.length
  const block = moved.splice(from, to - from).reverse()
  // The newest of all comes at once, the backlog behind it.
  moved.splice(from, 0, ...block)
  return sameSecondInOrder(life, moved)
}

function newestFirstWithinRun(random: Random, life: Life, order: readonly number[], traits: string[]): number[] {
  const { run } = readingAt(life, pick(random, order))
  traits.push('newest first')
  const first = order.findIndex((i) => readingAt(life, i).run === run)
  const count = order.filter((i) => readingAt(life, i).run === run).length
  return [...order.slice(0, first), ...order.slice(first, first + count).reverse(), ...order.slice(first + count)]
}

/** A named boot is newer than those seen before it: one frame of each comes in order. */
function firstSeenInOrder(life: Life, order: readonly number[]): number[] {
  const runs = [...new Set(order.map((i) => readingAt(life, i).run))]
  return runs.every((run, i) => i === 0 || run > (runs[i - 1] as number))
    ? [...order]
    : [...order].sort((a, b) => a - b)
}

/** Without a number the order of two frames with the same device time is unknown. */
function sameSecondInOrder(life: Life, order: readonly number[]): number[] {
  if (life.kind !== 'clock') return [...order]
  const times = new Set(life.readings.map(({ wire }) => wire.time))
  return times.size === life.readings.length ? [...order] : [...order].sort((a, b) => a - b)
}

function repeatAnything(random: Random, order: readonly number[], traits: string[]): Step[] {
  const steps = order.map(stepOf)
  for (let n = pick(random, [0, 0, 1, 2, 4]); n > 0; n--) {
    const at = whole(random, 1, steps.length)
    const before = steps.slice(0, at)
    const from = whole(random, 0, before.length - 1)
    const what = pick(random, ['one frame', 'a run', 'everything'] as const)
    const again = before
      .slice(what === 'everything' ? 0 : from, what === 'one frame' ? from + 1 : undefined)
      .slice(0, 120)
    if (chance(random, 0.2)) again.reverse()
    traits.push(`${what} again`)
    steps.splice(at, 0, ...again.map(({ reading }) => stepOf(reading)))
  }
  return steps
}

/** The same uplink by another gateway, seconds later, or sent again by the network minutes later. */
function copies(random: Random, steps: readonly Step[], traits: string[]): Step[] {
  const share = pick(random, [0, 0.1, 0.5])
  if (share > 0) traits.push('copies by other gateways')
  return steps.flatMap((step) => (chance(random, share) ? [step, { ...step, copy: true as const }] : [step]))
}

/**
 * Unacknowledged frames are sent again, in order, up to the newest: after a lost answer (HTTP), with DUP (MQTT), on a new connection
 * (TCP with acknowledgements).
 */
function resend(random: Random, transport: Transport, steps: readonly Step[], traits: string[]): Step[] {
  if (transport === 'serial' || transport === 'lorawan') return [...steps]
  const out: Step[] = []
  let waiting: Step[] = []
  let left = pick(random, [0, 1, 2, 3])
  for (const step of steps) {
    const joined = transport !== 'mqtt' && waiting.length > 0 && waiting.length < 6 && chance(random, 0.5)
    const one = joined ? { ...step, joined: true as const } : step
    if (transport === 'http' && !joined) waiting = []
    out.push(one)
    waiting.push(one)
    if (transport === 'mqtt') waiting = waiting.slice(-8)
    if (transport === 'tcp') waiting = waiting.slice(-60)
    if (left === 0 || !chance(random, 0.2)) continue
    left--
    traits.push('sent again for want of an answer')
    const from = transport === 'http' ? 0 : whole(random, 0, waiting.length - 1)
    const lost = waiting.slice(from)
    out.push(...lost.map((again, k) => resent(again, transport, k)))
    waiting = transport === 'http' ? [] : lost
  }
  return out
}

function resent({ reading, joined }: Step, transport: Transport, k: number): Step {
  if (transport === 'mqtt') return { reading, again: true }
  if (transport === 'tcp') return { reading, ...(k === 0 ? { reconnect: true as const } : { joined: true as const }) }
  return { reading, ...(joined && k > 0 ? { joined: true as const } : {}) }
}

/** Arrivals rise; nothing arrives before it was made. */
export function deliver(random: Random, life: Life, transport: Transport, steps: readonly Step[]): Delivery[] {
  let arrived = 0
  let record = 0
  let connection = 1
  return steps.map((step): Delivery => {
    const reading = readingAt(life, step.reading)
    if (!step.joined) {
      record++
      arrived = Math.max(arrived + whole(random, 50, 900), reading.at + whole(random, 20, 900))
    } else arrived = Math.max(arrived, reading.at)
    if (step.reconnect) connection++
    return {
      ...{ reading: step.reading, arrived, record },
      ...(step.again ? { dup: true as const } : {}),
      ...(transport === 'tcp' ? { connection } : {}),
      ...(transport === 'lorawan' ? { network: networkOf(random, reading, step.copy === true) } : {}),
    }
  })
}

const networkOf = (random: Random, { at }: TrueReading, isCopy: boolean) => ({
  time: at + (isCopy ? pick(random, [0, 3, 250, 2_000]) : 0),
  rssi: -whole(random, 60, 120),
  gateway: `gw-${whole(random, 1, 4)}`,
})
