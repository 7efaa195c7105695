/** What the processor has in memory: the folds as the store has them, and where the journal goes on. */
import { emptyLayout } from '../domain/layout.ts'
import { watchingOf } from '../domain/watching.ts'
import type { Store } from '../store/store.ts'
import type { CodecOf } from './decode-record.ts'
import { createFleet } from './fleet.ts'
import { createHistoryFold } from './folds.ts'
import type { Folds } from './lone-record.ts'
import { restoreRuns } from './restore-runs.ts'

export interface Loaded extends Folds {
  /** 0 before the first layout. */
  layoutVersion: number
  /** Everything up to here is committed, or in the batch that is being committed. */
  position: number
  /** Raises record numbers to positions that stay unique when a database outlives a journal. */
  readonly base: number
}

export interface FoldsDeps {
  readonly store: Store
  readonly codecOf: CodecOf
  readonly promiseMs?: number | undefined
}

export interface StoredFolds {
  /** New ones at each call, as the store has them. */
  foldsFrom(): Folds
  readonly layoutVersion: number
}

export async function storedFolds({ store, codecOf, promiseMs }: FoldsDeps): Promise<StoredFolds> {
  const devices = await store.devices()
  const orders = await store.deviceOrders()
  const undecided = await store.undecidedFrames()
  const stored = await store.layout()
  const watching = watchingOf(stored?.layout ?? emptyLayout)
  const occupancy = await store.newestOccupancy()
  const foldsFrom = () => {
    const fleet = createFleet(devices, orders)
    restoreRuns(fleet, undecided, codecOf)
    return { fleet, history: createHistoryFold(watching, fleet, occupancy, promiseMs) }
  }
  return { foldsFrom, layoutVersion: stored?.version ?? 0 }
}

export async function loadFolds(deps: FoldsDeps): Promise<Folds & Pick<Loaded, 'layoutVersion'>> {
  const { foldsFrom, layoutVersion } = await storedFolds(deps)
  return { ...foldsFrom(), layoutVersion }
}
