/** What the built-in broker reports: figures of its clients, what weakens its promise, and warnings that a stranger can cause. */

import { createLimitedWarn, type LimitedWarn } from '../../lib/limited-warn.ts'
import type { ConnectionLimits } from '../connection-limits.ts'
import { createRefusals, type Refusals } from '../refusals.ts'
import type { SourceContext } from '../source.ts'
import { lossyByProtocol, qos0Sent } from './client-facts.ts'

export interface BrokerReport {
  readonly counts: Record<
    'qos0_messages' | 'unmatched_messages' | 'protocol_violations' | 'clients_turned_away',
    number
  >
  readonly warn: LimitedWarn
  readonly refusals: Refusals
  /** Reports the counts as they are now. */
  send(): void
}

export const unmatchedSent =
  'messages come to topics that no rule is about; they are kept as dead letters. Readings belong to baykeeper/DEVICE/reading'

export function createBrokerReport(
  context: SourceContext,
  name: string,
  gates: ReadonlySet<unknown>,
  connections: ConnectionLimits | undefined,
): BrokerReport {
  const counts = { qos0_messages: 0, unmatched_messages: 0, protocol_violations: 0, clients_turned_away: 0 }
  const refusals = createRefusals(context)
  return {
    counts,
    refusals,
    warn: createLimitedWarn(context.log, context.clock),
    send() {
      const { qos0_messages, unmatched_messages } = counts
      context.facts({
        ...(qos0_messages > 0 ? { lossy: lossyByProtocol } : {}),
        warnings: [
          ...(qos0_messages > 0 ? [qos0Sent] : []),
          ...(unmatched_messages > 0 ? [unmatchedSent] : []),
          ...refusals.warnings(),
        ],
        figures: { ...counts, connections: gates.size, ...connections?.figures(name) },
      })
    },
  }
}
