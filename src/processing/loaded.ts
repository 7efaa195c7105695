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
  /** Record of this journal that published the newest layout; 0 when none of it did. */
  layoutRecord: number
  /** Everything up to here is committed, or in the batch that is being committed. */
  position: number
  /** Raises record numbers to positions that stay unique when a database outlives a journal. */
  readonly base: number
}

export interface FoldsDeps {
  readonly store: Store
  /** Of the journal. */
  readonly reader: { readonly id: string }
  readonly codecOf: CodecOf
  readonly promiseMs?: number | undefined
}

export interface StoredFolds extends Pick<Loaded, 'layoutVersion' | 'layoutRecord'> {
  /** New ones at each call, as the store has them. */
  foldsFrom(): Folds
}

export async function storedFolds({ store, reader, codecOf, promiseMs }: FoldsDeps): Promise<StoredFolds> {
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
  const layoutRecord = stored?.published?.journal === reader.id ? stored.published.record : 0
  return { foldsFrom, layoutVersion: stored?.version ?? 0, layoutRecord }
}

export async function loadFolds(deps: FoldsDeps): Promise<Omit<Loaded, 'position' | 'base'>> {
  const { foldsFrom, ...layout } = await storedFolds(deps)
  return { ...foldsFrom(), ...layout }
}
