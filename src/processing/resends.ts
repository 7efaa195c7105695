/** Frames at the beginning of a connection that may be repeated for want of an answer: held until it is certain (order/resend.ts). */
import type { Tracked } from './fleet.ts'
import type { Facts } from './order/facts.ts'
import type { Lookup } from './order/place.ts'
import { type Resend, resendLookBack, resendMax, resendOf } from './order/resend.ts'
import { bitsIn, proofBits } from './order/undecided.ts'

export type ResendStep =
  /** Nothing to do with it; what was held was new. */
  | { readonly kind: 'no' }
  | { readonly kind: 'held' }
  /** It and what was held are repetitions. `goesOn`: longer than is held at once. */
  | { readonly kind: 'repetition'; readonly goesOn: boolean }

const no: ResendStep = { kind: 'no' }

export async function resendStep({ order, state, run }: Tracked, facts: Facts, look: Lookup): Promise<ResendStep> {
  const { connection, seq = null, hash, clock, name } = facts
  // A clock that is ahead looks right when its frames are sent again later: it is believed once it was believed in order.
  const hasClock = clock !== undefined && (order.clock !== null || state.readings === 0)
  if (connection === undefined || name !== undefined) return no
  const begins = order.connection !== undefined && connection !== order.connection
  const begun = begins ? undefined : order.resent
  if (!begins && begun === undefined) return no
  // Its clock identifies it; a frame without one that waits may be repeated behind it.
  if (hasClock && begins && run.length === 0) return no
  const resent = [...(begun ?? []), { seq, hash }]
  const log = [...(await look.newest(resendLookBack))].reverse()
  const found: Resend = resendOf(log, resent)
  order.changed = true
  order.resent = found === 'no' || (hasClock && resent.length >= resendMax) ? undefined : resent
  if (found === 'no' || hasClock) return no
  if (found === 'ends') return { kind: 'repetition', goesOn: false }
  if (resent.length < resendMax) return { kind: 'held' }
  order.resent = undefined
  return seq !== null || bitsIn(resent) >= proofBits ? { kind: 'repetition', goesOn: true } : no
}
