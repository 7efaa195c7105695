/** What the database says of itself: its version, and what of its settings weakens the promise. */
import type { Store } from '../store/store.ts'
import type { RouteContext } from './context.ts'

/** Settings of a database change seldom, and reading them is no business of every look. */
const describeEveryMs = 60_000
/** The first look may wait for them; a database that is away answers nobody for long. */
const describeWaitMs = 500

type Description = Awaited<ReturnType<Store['describe']>>

/** As it last said, asked again now and then beside whoever looks. */
export function describedNowAndThen({
  store,
  clock,
}: Pick<RouteContext, 'store' | 'clock'>): () => Promise<Description | undefined> {
  let last: Description | undefined
  let asked: Promise<void> | undefined
  let at = Number.NEGATIVE_INFINITY
  const ask = async () => {
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
