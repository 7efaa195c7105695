/** What an answer of HTTP means for a delivery. Shared by webhook and ntfy. */

import { OutboundError, type OutboundOptions, type OutboundRequest, post } from '../../lib/outbound-request.ts'
import { retryAfterMs } from '../../lib/retry.ts'
import type { Outcome } from '../delivery.ts'
import { failed, sent } from './channel.ts'

/** Client errors that a later attempt may get past: timeout, too early, too many requests. */
const passing: readonly number[] = [408, 425, 429]
/** The server has not processed the request. */
const notProcessed: readonly number[] = [425, 429, 503]

export async function postOutcome(request: OutboundRequest, options: OutboundOptions, now: number): Promise<Outcome> {
  const { host } = new URL(request.url)
  try {
    const { status, retryAfter } = await post(request, options)
    if (status >= 200 && status < 300) return sent(`${host} answered ${status}.`)
    const wait = retryAfterMs(retryAfter, now)
    const reached = !notProcessed.includes(status)
    if (status >= 300 && status < 400)
      return failed(`${host} answered ${status}: redirects are not followed. Configure the final address.`, {
        reached,
        code: status,
      })
    const permanent = status >= 400 && status < 500 && !passing.includes(status)
    return failed(`${host} answered ${status}.`, { permanent, reached, retryAfterMs: wait, code: status })
  } catch (fault) {
    if (!(fault instanceof OutboundError)) throw fault
    return failed(fault.message, { reached: fault.reached, unreachable: !fault.reached })
  }
}
