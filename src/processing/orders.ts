/** What operators order, looked for once a second: dead letters marked for another try. */
import type { Clock } from '../lib/clock.ts'
import type { CommitsUnderWay } from './commits-under-way.ts'
import { type FoldsDeps, type Loaded, loadFolds } from './loaded.ts'
import { type RequeueDeps, requeueOnce } from './requeue.ts'

const lookEveryMs = 1_000

export interface Orders {
  /** Milliseconds until it is time to look. */
  inMs(): number
  lookAndDo(loaded: Loaded): Promise<void>
}

export function createOrders(
  deps: Omit<RequeueDeps, 'reload'> & FoldsDeps & { readonly clock: Clock },
  underWay: CommitsUnderWay,
): Orders {
  const { clock, store } = deps
  let lookAt = 0
  let isOrdered = false

  async function hasOrders(): Promise<boolean> {
    await deps.refreshDecoders?.()
    return (await store.requeuedDeadLetters(1)).length > 0
  }

  return {
    inMs: () => lookAt - clock.monotonic(),
    async lookAndDo(loaded) {
      if (clock.monotonic() >= lookAt) {
        const looking = hasOrders()
        // Behind a commit under way the answer takes as long as that: the next batch is built meanwhile.
        if (underWay.count > 0)
          looking.then(
            (is) => {
              isOrdered ||= is
            },
            () => {},
          )
        else isOrdered = await looking
        lookAt = clock.monotonic() + lookEveryMs
      }
      if (!isOrdered) return
      await underWay.fewerThan(1)
      await requeueOnce({ ...deps, reload: async () => void Object.assign(loaded, await loadFolds(deps)) }, loaded)
      isOrdered = false
    },
  }
}
