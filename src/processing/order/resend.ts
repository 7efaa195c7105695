/**
 * What a sender repeats on a new connection for want of an answer: it runs, in order, to the end of what it sent before. So its frames equal a
 * stretch of what is stored, and the last of them is the newest (docs/specs/ordering.md, O1).
 */
export interface Sent {
  readonly seq: number | null
  readonly hash: number
}

/** Stored frames that a repetition is looked for in. */
export const resendLookBack = 128
/** Frames that are held at most. */
export const resendMax = 64

/** `no`: it equals nothing that was sent before; `goes-on`: so far it does; `ends`: up to the newest, so it is a repetition. */
export type Resend = 'no' | 'goes-on' | 'ends'

/** `log`: oldest first. `said`: since the connection began. */
export function resendOf(log: readonly Sent[], said: readonly Sent[]): Resend {
  let found: Resend = 'no'
  for (let at = 0; at + said.length <= log.length; at++) {
    if (!said.every((one, i) => one.seq === log[at + i]?.seq && one.hash === log[at + i]?.hash)) continue
    if (at + said.length === log.length) return 'ends'
    found = 'goes-on'
  }
  return found
}
