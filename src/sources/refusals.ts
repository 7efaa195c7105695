/** Why messages of senders were refused, for the facts of a source: the newest reasons with how often each was, and where the last came from. */
import type { RefusalCause } from '@baykeeper/contract/vocabulary.ts'
import { createLimitedWarn } from '../lib/limited-warn.ts'
import type { SourceContext } from './source.ts'

const reasonsMax = 8

export interface Refusals {
  /** Counts and logs it. `source`: of the token, where it is a valid one. */
  refuse(
    reason: string,
    from: { readonly peer: string | null | undefined; readonly source?: string | undefined; readonly frames?: number },
  ): void
  /** One sentence each. */
  warnings(): readonly string[]
}

export function createRefusals(
  context: Pick<SourceContext, 'refused' | 'log' | 'clock'>,
  cause: RefusalCause = 'unauthorized',
): Refusals {
  const reasons = new Map<string, { count: number; peer: string }>()
  const warn = createLimitedWarn(context.log, context.clock)
  return {
    refuse(reason, { peer: from, source, frames = 1 }) {
      const peer = from ?? ''
      context.refused(frames, cause, source)
      warn(`a message was refused: ${reason}`, { peer })
      const count = (reasons.get(reason)?.count ?? 0) + Math.max(1, frames)
      // Newest last: the first of the map is the oldest.
      reasons.delete(reason)
      reasons.set(reason, { count, peer })
      if (reasons.size > reasonsMax) reasons.delete(reasons.keys().next().value as string)
    },
    warnings: () =>
      [...reasons].map(([reason, { count, peer }]) => `${count} refused since the start, last from ${peer}: ${reason}`),
  }
}
