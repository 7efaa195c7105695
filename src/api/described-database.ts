/** Description of the database: its version, and which of its settings weaken the promise. */
import type { Store } from '../store/store.ts'
import type { RouteContext } from './context.ts'

/** Settings of a database change seldom: not every request reads them. */
const describeEveryMs = 60_000
/** Upper bound on the wait of the first request; a database that is away must not delay it longer. */
const describeWaitMs = 500

type Description = Awaited<ReturnType<Store['describe']>>

/** The last description; it is refreshed in the background. */
export function describedNowAndThen({
  store,
  clock,
}: Pick<RouteContext, 'store' | 'clock'>): () => Promise<Description | undefined> {
  let last: Description | undefined
  let asked: Promise<void> | undefined
  let at = Number.NEGATIVE_INFINITY
  const ask = async () => {
    // The last description stays until the store answers again.
    last = await store.describe().catch(() => last)
    at = clock.monotonic()
    asked = undefined
  }
  return async () => {
    if (clock.monotonic() - at >= describeEveryMs) asked ??= ask()
    if (last === undefined && asked) await Promise.race([asked, clock.sleep(describeWaitMs)])
    return last
  }
}
