/** A presence that is not certain any more is unknown; what it was is kept until the doubt ends. */
import type { Instant } from '../lib/brand.ts'
import type { Tracked } from './fleet.ts'
import type { HistoryFold } from './folds.ts'
import type { HeldPresence } from './order/order-state.ts'

export function hold(
  { state, order }: Tracked,
  time: Instant,
  until: HeldPresence['until'],
  history: HistoryFold | undefined,
): void {
  if (order.held || state.occupied === undefined) return
  order.held = { occupied: state.occupied, since: state.since, until }
  order.changed = true
  state.occupied = null
  state.since = time
  history?.doubted(state, time)
}

/** The presence is what it was, until somebody changes it. */
export function release({ state, order }: Tracked, time: Instant, history: HistoryFold | undefined): void {
  const { held } = order
  if (!held) return
  order.held = undefined
  order.changed = true
  state.occupied = held.occupied
  state.since = held.since as Instant | null
  history?.doubted(state, time)
}
