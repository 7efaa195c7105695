/** A bay as its fold holds it, and the verdict on it by rank: closed by the layout, then a person, then sensors. */
import type { BayCause, BayState } from '@baykeeper/contract/vocabulary.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { hash48 } from '../../lib/hash.ts'
import type { BayChangeRow, BayStateRow } from './bay-rows.ts'
import { judgeSensors, type Verdict, type Watcher } from './bay-verdict.ts'
import { storedPattern } from './change-pattern.ts'
import type { OverrideRow } from './overrides-in-force.ts'

export type Watch = Watcher<BaySlot>

export interface BaySlot {
  readonly bay: string
  /** Of two that fall due at one time, which comes first; the same after a restart. */
  readonly order: number
  /** By the order of their devices' numbers. */
  watchers: readonly Watch[]
  isInLayout: boolean
  /** By the layout. */
  isClosed: boolean
  state: BayState
  since: Instant | null
  cause: BayCause
  flags: number
  device: number | null
  override: string | null
  changed: Instant | null
  isDirty: boolean
  /** Of its earliest entry among what falls due. */
  dueAt: number
}

export const noWatchers: readonly Watch[] = []

export function newSlot(bay: string, stored?: BayStateRow): BaySlot {
  const { state = 'unknown', since = null, cause = 'layout', flags = 0, device = null, override = null } = stored ?? {}
  return {
    ...{
      bay,
      order: hash48(bay),
      watchers: noWatchers,
      isInLayout: false,
      isClosed: false,
      isDirty: false,
      dueAt: Number.POSITIVE_INFINITY,
    },
    ...{ state, since, cause, flags, device, override, changed: stored?.changed ?? null },
  }
}

export function judge(
  { watchers, isInLayout, isClosed }: BaySlot,
  override: OverrideRow | undefined,
  now: number,
  verdict: Verdict,
): void {
  judgeSensors(watchers, now, verdict)
  if (isClosed) {
    verdict.state = 'closed'
    verdict.cause = 'layout'
  } else if (override !== undefined && isInLayout) {
    verdict.state = override.state
    verdict.cause = 'override'
  } else return
  verdict.device = null
}

export function stateRowOf(slot: BaySlot, rev: number): BayStateRow {
  const { bay, state, since, cause, flags, device, override, changed, watchers } = slot
  const patterns = JSON.stringify(watchers.map((watch) => storedPattern(watch.device.id, watch.pattern)))
  return { bay, state, since, cause, flags, device, override, changed, patterns, rev }
}

/** A change of the slot, which is as it is from now on: not before the one before it. */
export function changeRowOf(slot: BaySlot, time: number): BayChangeRow {
  const at = instant(Math.max(time, slot.changed ?? 0))
  slot.changed = at
  const { bay, state, cause, flags, device, override } = slot
  return { bay, time: at, state, cause, flags, device, override }
}
