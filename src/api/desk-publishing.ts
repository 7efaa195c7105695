/** A change by a person on its way: journaled, then waited for, so that who has made it sees it. */
import type { Clock } from '../lib/clock.ts'
import type { LayoutPosition } from '../store/store.ts'
import { PublicationRefused, type Publisher } from './context.ts'
import { ProblemError } from './problem.ts'

/** Processing commits within milliseconds; behind a backlog or without a database it takes as long as that does. */
const commitMsMax = 5_000
const lookMs = 20
const retryAfterS = '5'

/** `what`: in the words of the caller. `where`: how to see whether it was published after all. */
export async function publishRecord(
  publisher: Publisher,
  record: Uint8Array,
  { what, where }: { readonly what: string; readonly where: string },
): Promise<LayoutPosition> {
  try {
    return await publisher.publish(record)
  } catch (fault) {
    if (!(fault instanceof PublicationRefused)) throw fault
    const isUnknown = fault.reason === 'interrupted'
    throw new ProblemError(
      503,
      isUnknown
        ? `${fault.message}: whether ${what} was published is not known. Read ${where} before you write it again.`
        : `${fault.message}: nothing was changed. Write ${what} again in a few seconds.`,
      {
        code: isUnknown ? 'E_PUBLICATION_UNKNOWN' : 'E_PUBLICATION_REFUSED',
        headers: { 'retry-after': retryAfterS },
      },
    )
  }
}

/** What `look` finds once the record is committed; undefined when it is not committed in time. */
export async function committed<T>(look: () => Promise<T | undefined>, clock: Clock): Promise<T | undefined> {
  const until = clock.monotonic() + commitMsMax
  const done = new AbortController()
  // The sleep is aborted once it is not needed any more.
  const late = clock.sleep(commitMsMax, done.signal).catch(() => undefined)
  try {
    while (clock.monotonic() < until) {
      // A store that is away may be back in time; one that hangs is not waited for.
      const found = await Promise.race([look().catch(() => undefined), late])
      if (found !== undefined) return found
      await clock.sleep(lookMs)
    }
    return undefined
  } finally {
    done.abort()
  }
}
