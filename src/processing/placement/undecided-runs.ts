/** The frames of a device that wait for the frames after them, and how they are decided (docs/specs/ordering.md, O8 to O11). */
import { type Instant, unreachable } from '../../lib/brand.ts'
import { beginBoot } from '../boots.ts'
import type { Outcome } from '../dead-letter.ts'
import { hold, release } from '../doubt.ts'
import type { Tracked } from '../fleet.ts'
import { seqStepMax } from '../order/by-number.ts'
import type { Placement } from '../order/place.ts'
import { type Decider, isRestart, runMax, type Verdict, verdicts } from '../order/undecided.ts'
import type { PlacedReading, Ticket, Undecided } from '../undecided-frames.ts'
import type { LateReadings } from './late-readings.ts'
import type { LiveReadings } from './live-readings.ts'
import { contradicts, duplicate, presenceOf } from './placed-reading.ts'
import type { Fate, PlacerDeps } from './placer-deps.ts'

/** Where a reading comes from: the ticket of its frame, and which of its readings it is. */
export interface FrameOf {
  readonly ticket: () => Ticket
  readonly k: number
}

export interface UndecidedRuns {
  /** The reading waits for the frames after it. */
  wait(taken: PlacedReading, placed: Extract<Placement, { kind: 'undecided' }>, from: FrameOf): Promise<Fate>
  /** Decides the run, which is empty then; the outcomes of its frames in their order. */
  decideRun(device: Tracked, by: Decider): Promise<Outcome[]>
  /** O8: the presence is known while all frames that wait agree. */
  reviewDoubt(device: Tracked, time: Instant): void
  /** What waits of this frame is kept apart at once. */
  giveUp(ticket: Ticket): void
}

export interface Settled {
  readonly live: LiveReadings
  readonly late: LateReadings
}

export function createUndecidedRuns(deps: PlacerDeps, settled: Settled): UndecidedRuns {
  const { stored, history } = deps

  async function wait(
    taken: PlacedReading,
    { match: compared, epoch, began }: Extract<Placement, { kind: 'undecided' }>,
    { ticket: ticketOf, k }: FrameOf,
  ): Promise<Fate> {
    const { device, reading, hash } = taken
    const seq = reading.seq as number
    const twin = device.run.findLast((entry) => entry.seq === seq)
    const match = twin === undefined ? compared : twin.hash === hash ? 'same' : 'other'
    const entry: Undecided = { taken, seq, hash, match, epoch, began, ticket: ticketOf(), k }
    open(entry)
    device.run.push(entry)
    reviewDoubt(device, taken.time)
    const isNewBoot = isRestart(device.run)
    if (!isNewBoot && device.run.length < runMax) return 'undecided'
    const run = device.run
    const fates = await decideRun(device, isNewBoot ? { kind: 'restart' } : { kind: 'full' })
    return fates[run.length - 1] as Outcome
  }

  function reviewDoubt(device: Tracked, time: Instant) {
    if ([...device.run, ...device.resends].some(({ taken }) => contradicts(taken, history)))
      hold(device, time, 'decided', history)
    else if (device.order.held?.until === 'decided') release(device, time, history)
  }

  async function decideRun(device: Tracked, by: Decider): Promise<Outcome[]> {
    const { run } = device
    device.run = []
    const decided = verdicts(run, by, device.state.maxSeq ?? 0)
    noteDecision(device, run, decided, by, history)
    if (decided.includes('boot')) {
      const first = decided.indexOf('boot')
      for (let i = 0; i < first; i++) await decide(run[i] as Undecided, decided[i] as Verdict)
      await beginBoot(device, stored, undefined)
      const rest: Outcome[] = []
      for (let i = first; i < run.length; i++) rest.push(await decide(run[i] as Undecided, decided[i] as Verdict))
      return [...decided.slice(0, first).map((): Outcome => 'committed'), ...rest]
    }
    const fates: Outcome[] = []
    for (const [i, entry] of run.entries()) fates.push(await decide(entry, decided[i] as Verdict))
    return fates
  }

  async function decide(entry: Undecided, verdict: Verdict): Promise<Outcome> {
    const fate = await carryOut(entry, verdict, deps, settled)
    deps.decided(entry, fate === 'duplicate' ? 'duplicate' : 'committed')
    return fate
  }

  return {
    wait,
    decideRun,
    reviewDoubt,
    giveUp: (ticket) => giveUp(deps, settled, ticket),
  }
}

function giveUp(deps: PlacerDeps, { late }: Settled, { open: waiting }: Ticket) {
  for (const entry of [...waiting.values()]) {
    const { device } = entry.taken
    device.run = device.run.filter((other) => other !== entry)
    device.resends = device.resends.filter((other) => other !== entry)
    late.takeApart(entry.taken)
    deps.decided(entry, 'committed')
  }
}

/** What the decision about a run means for its device: it repeats itself, its doubt ends or lasts, its newest frame may be another. */
function noteDecision(
  device: Tracked,
  run: readonly Undecided[],
  decided: readonly Verdict[],
  by: Decider,
  history: PlacerDeps['history'],
) {
  const { order } = device
  const last = run.at(-1) as Undecided
  const isRepeated = decided.at(-1) === 'repetition'
  if (isRepeated && by.kind === 'full') {
    order.repeating = last.seq
    order.changed = true
  }
  if (order.held?.until === 'decided') {
    if (by.kind !== 'full' || isRepeated) release(device, last.taken.time, history)
    // O11: so many frames decided nothing.
    else order.held = { ...order.held, until: 'next' }
  }
  const apart = run.filter((_, i) => decided[i] === 'possible-repeat' || decided[i] === 'late')
  if (by.kind === 'next') noteOvertaken(device, apart, by.seq, history)
  // Only the first numbers of a lap may be of the one that begins now.
  if (by.kind === 'wrap')
    noteOvertaken(
      device,
      apart.filter(({ seq }) => seq < seqStepMax),
      by.seq,
      history,
    )
}

async function carryOut(
  { taken, seq, epoch }: Undecided,
  verdict: Verdict,
  { stored }: PlacerDeps,
  { live, late }: Settled,
): Promise<Outcome> {
  switch (verdict) {
    case 'repetition':
      return duplicate(taken.device)
    case 'possible-repeat':
      return late.takeApart(taken)
    case 'late': {
      // Something else may have come under its number meanwhile.
      const isTaken = await stored.find(taken.device.state.id, epoch, seq)
      return isTaken ? late.takeApart(taken) : late.takeLate(taken, seq, epoch)
    }
    case 'boot':
    case 'next':
      return live.takeNumber(taken, seq)
    default:
      return unreachable(verdict)
  }
}

/** Its frame waits for it. */
export function open(entry: Undecided) {
  entry.ticket.open.set(entry.k, entry)
  entry.ticket.devices.add(entry.taken.device)
}

/** O11: a frame of no certain boot with a number above the next one may be newer than it. */
function noteOvertaken({ order }: Tracked, run: readonly Undecided[], nextSeq: number, history: PlacerDeps['history']) {
  for (const { seq, taken } of run) {
    const occupied = presenceOf(taken, history)
    if (seq <= nextSeq || occupied === undefined || seq < (order.overtaken?.seq ?? 0)) continue
    order.overtaken = { seq, occupied }
    order.changed = true
  }
}
