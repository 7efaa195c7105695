/** One kind of channel: sends one message and reports what is known then. It keeps nothing between two attempts. */
import type { AddressList } from '../../lib/address-list.ts'
import type { OutboundOptions } from '../../lib/outbound-request.ts'
import type { Outcome } from '../delivery.ts'
import type { OutgoingMessage } from '../message.ts'

export interface Channel {
  /** Where it sends, without secrets. */
  readonly target: string
  /** Never throws; `signal` ends an attempt when the process stops. */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<Outcome>
}

export interface ChannelParts {
  /** Password, signing secret or token; read for each attempt, so that a file may be replaced while the server runs. */
  secret(): string | undefined
  /** PEM of `caFile`. */
  ca(): string | undefined
  readonly outbound: Omit<OutboundOptions, 'ca'>
  /** Addresses that a person who waits may name, beside public ones: none, outside of tests. */
  readonly isAllowedPersonal?: AddressList
  readonly now: () => number
}

export const sent = (detail: string): Outcome => ({ is: 'sent', detail })

export const failed = (
  detail: string,
  more: {
    permanent?: boolean
    reached?: boolean
    unreachable?: boolean
    retryAfterMs?: number | undefined
    code?: number | undefined
  } = {},
): Outcome => ({
  is: 'failed',
  detail,
  permanent: false,
  reached: false,
  unreachable: false,
  ...more,
})
