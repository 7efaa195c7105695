/** The counters of a gate go on: what counts as entries and exits, and which value the next one is compared with. */
import type { DeviceState } from '../domain/device.ts'
import type { Measures } from '../domain/reading.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { type CounterStep, counterStep } from './counter-step.ts'
import type { Tracked } from './fleet.ts'
import type { OrderState } from './order/order-state.ts'

export interface CountersStep {
  readonly entries: number
  readonly exits: number
  readonly resets: number
  /** Time of the last accepted values, of the older one where they differ; they count from there. */
  readonly from: Instant
  /** One of its counters has had no value before: what it counted until now is not known. */
  readonly isFirst: boolean
  readonly isDoubtful: boolean
}

type Before = Pick<DeviceState, 'countIn' | 'countOut' | 'lastTime'>

/** When each counter had its last accepted value: with the reading before, unless something else is remembered. */
function timesOf({ counts }: OrderState, { lastTime }: Before) {
  const inAt = counts?.at ?? lastTime
  return { in: inAt, out: counts?.outAt ?? inAt }
}

/** A reading without counters: later ones go on from where they were last accepted. */
export function keepCounters({ order }: Tracked, before: Before): void {
  if (order.counts || (before.countIn === null && before.countOut === null)) return
  order.counts = { at: before.lastTime }
  order.changed = true
}

/** `before`: the device before the reading was applied. A value in doubt does not become the one that is compared with. */
export function stepCounters(
  { state, order }: Tracked,
  before: Before,
  { countIn, countOut }: Measures,
  time: number,
): CountersStep {
  const times = timesOf(order, before)
  const entries = stepOf(countIn, before.countIn, { elapsedMs: time - times.in, doubtful: order.counts?.in })
  const exits = stepOf(countOut, before.countOut, { elapsedMs: time - times.out, doubtful: order.counts?.out })
  const isDoubtful = entries?.kind === 'doubtful' || exits?.kind === 'doubtful'
  if (entries?.kind === 'doubtful') state.countIn = before.countIn
  if (exits?.kind === 'doubtful') state.countOut = before.countOut
  const next = {
    ...(entries?.kind === 'doubtful' ? { in: countIn as number } : {}),
    ...(exits?.kind === 'doubtful' ? { out: countOut as number } : {}),
    ...timesAfter(state, { times, time, entries, exits }),
  }
  const isAsReading = !isDoubtful && next.at === time && next.outAt === undefined
  if (!isAsReading || order.counts) order.changed = true
  order.counts = isAsReading ? undefined : next
  const countOf = (step: CounterStep | undefined) => (step === undefined || step.kind === 'doubtful' ? 0 : step.count)
  return {
    entries: countOf(entries),
    exits: countOf(exits),
    resets: Number(entries?.kind === 'reset' || exits?.kind === 'reset'),
    from: instant(Math.min(entries ? times.in : times.out, exits ? times.out : times.in)),
    isFirst: entries?.kind === 'first' || exits?.kind === 'first',
    isDoubtful,
  }
}

function stepOf(
  now: number | undefined,
  before: number | null,
  since: { readonly elapsedMs: number; readonly doubtful: number | undefined },
): CounterStep | undefined {
  return now === undefined ? undefined : counterStep({ before, now, hasRestarted: false, ...since })
}

interface Stepped {
  readonly times: { readonly in: number; readonly out: number }
  readonly time: number
  readonly entries: CounterStep | undefined
  readonly exits: CounterStep | undefined
}

function timesAfter({ countIn, countOut }: Tracked['state'], { times, time, entries, exits }: Stepped) {
  const isAccepted = (step: CounterStep | undefined) => step !== undefined && step.kind !== 'doubtful'
  const inAt = isAccepted(entries) ? time : times.in
  const outAt = isAccepted(exits) ? time : times.out
  // A counter that the device does not have has no time.
  if (countIn === null) return { at: outAt }
  return countOut === null || outAt === inAt ? { at: inAt } : { at: inAt, outAt }
}
