/** The counters of a gate go on: what counts as entries and exits, and which value the next one is compared with. */
import type { DeviceState } from '../domain/device.ts'
import type { Measures } from '../domain/reading.ts'
import { type CounterStep, counterStep } from './counter-step.ts'
import type { Tracked } from './fleet.ts'

export interface CountersStep {
  readonly entries: number
  readonly exits: number
  readonly resets: number
  readonly isDoubtful: boolean
}

/** `before`: the device before the reading was applied. A value in doubt does not become the one that is compared with. */
export function stepCounters(
  { state, order }: Tracked,
  before: Pick<DeviceState, 'countIn' | 'countOut' | 'lastTime'>,
  { countIn, countOut }: Measures,
  time: number,
): CountersStep {
  const elapsedMs = time - (order.counts?.at ?? before.lastTime)
  const stepOf = (
    now: number | undefined,
    last: number | null,
    doubtful: number | undefined,
  ): CounterStep | undefined =>
    now === undefined ? undefined : counterStep({ before: last, now, elapsedMs, hasRestarted: false, doubtful })
  const entries = stepOf(countIn, before.countIn, order.counts?.in)
  const exits = stepOf(countOut, before.countOut, order.counts?.out)
  const isDoubtful = entries?.kind === 'doubtful' || exits?.kind === 'doubtful'
  if (entries?.kind === 'doubtful') state.countIn = before.countIn
  if (exits?.kind === 'doubtful') state.countOut = before.countOut
  if (isDoubtful || order.counts) {
    order.changed = true
    order.counts = isDoubtful
      ? {
          ...(entries?.kind === 'doubtful' && countIn !== undefined ? { in: countIn } : {}),
          ...(exits?.kind === 'doubtful' && countOut !== undefined ? { out: countOut } : {}),
          at: order.counts?.at ?? before.lastTime,
        }
      : undefined
  }
  const countOf = (step: CounterStep | undefined) => (step === undefined || step.kind === 'doubtful' ? 0 : step.count)
  return {
    entries: countOf(entries),
    exits: countOf(exits),
    resets: Number(entries?.kind === 'reset' || exits?.kind === 'reset'),
    isDoubtful,
  }
}
