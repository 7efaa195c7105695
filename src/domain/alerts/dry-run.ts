/**
 * What a rule would have raised over spans in which its condition held: the delays and hours of the rule, as the engine counts them (slot.ts). Each alert
 * is taken to be acknowledged before its condition comes back.
 */
import type { Schedule } from './schedule.ts'
import { reopenMs } from './slot.ts'

/** The condition of one subject held; `to`: exclusive, infinity where it goes on. */
export interface HeldSpan {
  readonly from: number
  readonly to: number
}

export interface DryAlert {
  readonly raised: number
  readonly cleared: number
}

interface Delays {
  readonly onDelayS: number
  readonly offDelayS: number
}

/** The rule is in force from `from` on; nothing is known at `to` or later. */
export interface DryWindow {
  readonly from: number
  readonly to: number
}

/** `spans`: in order, without overlap. */
export function dryAlerts(
  spans: readonly HeldSpan[],
  rule: Delays,
  schedule: Schedule,
  { from, to }: DryWindow,
): DryAlert[] {
  const slot = drySlot(rule, schedule, from)
  for (const span of spans) {
    if (span.to <= from || span.from >= to) continue
    slot.change(true, span.from)
    if (span.to < to) slot.change(false, span.to)
  }
  slot.settle(to)
  return slot.alerts.map(({ raised, cleared }) => ({ raised, cleared: Math.min(cleared ?? to, to) }))
}

interface Raised {
  readonly raised: number
  raisedLast: number
  /** Null: it is active. */
  cleared: number | null
}

function drySlot({ onDelayS, offDelayS }: Delays, schedule: Schedule, begin: number) {
  const alerts: Raised[] = []
  let isOn = false
  let since = begin
  /** Nothing happens before it: the begin, and what happened last. */
  let floor = begin

  const isActive = () => alerts.at(-1)?.cleared === null

  function nextStep(): number | null {
    const last = alerts.at(-1)
    if (!isActive()) return isOn ? raiseAt(Math.max(since, last?.cleared ?? since)) : null
    const at = isOn ? schedule.endOf(last?.raisedLast ?? since) : since + 1_000 * offDelayS
    return at === null ? null : Math.max(at, floor)
  }

  function raiseAt(delayFrom: number): number | null {
    const at = schedule.after(delayFrom, 1_000 * onDelayS)
    return at !== null && at < floor ? schedule.after(floor, 0) : at
  }

  function take(at: number) {
    const last = alerts.at(-1)
    floor = at
    if (last?.cleared === null) last.cleared = at
    // Within ten minutes it is the same alert.
    else if (last && at - last.raisedLast < reopenMs) Object.assign(last, { raisedLast: at, cleared: null })
    else alerts.push({ raised: at, raisedLast: at, cleared: null })
  }

  /** All that is due before `end`. */
  function settle(end: number) {
    for (let at = nextStep(); at !== null && at < end; at = nextStep()) take(at)
  }

  return {
    alerts,
    settle,
    change(next: boolean, at: number) {
      // What is due at that very moment comes first, as the clock does.
      settle(at + 1)
      isOn = next
      since = at
    },
  }
}
