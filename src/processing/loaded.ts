/** What the processor has in memory: the folds as the store has them, and where the journal goes on. */
import type { AssignmentPeriod } from '../domain/assigned-device.ts'
import { emptyLayout } from '../domain/layout.ts'
import { watchingOf } from '../domain/watching.ts'
import type { Store } from '../store/store.ts'
import { earlierPeriods } from './assignment-periods.ts'
import { createCodecBook } from './codec-book.ts'
import type { CodecOf } from './decode-record.ts'
import type { PrepareScripts } from './decoder-book.ts'
import { createDeskRequests } from './desk-requests.ts'
import { createFleet } from './fleet.ts'
import { createHistoryFold } from './folds.ts'
import type { Folds } from './lone-record.ts'
import { decodeWaiting, restoreRuns } from './restore-runs.ts'

export interface Loaded extends Folds {
  /** 0 before the first layout. */
  layoutVersion: number
  /** Record of this journal that published the newest layout; 0 when none of it did. */
  layoutRecord: number
  /** Periods of assignments that a database of an earlier release lacks: the next batch writes them. */
  periodsOwed: readonly AssignmentPeriod[]
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
  /** Absent: no frame is decoded by a script. */
  readonly prepareScripts?: PrepareScripts | undefined
  readonly promiseMs?: number | undefined
}

export interface StoredFolds extends Pick<Loaded, 'layoutVersion' | 'layoutRecord' | 'periodsOwed'> {
  /** New ones at each call, as the store has them. */
  foldsFrom(): Folds
}

export async function storedFolds(deps: FoldsDeps): Promise<StoredFolds> {
  const { store, reader, codecOf, promiseMs } = deps
  const devices = await store.devices()
  const orders = await store.deviceOrders()
  const scriptRows = await store.deviceScripts()
  const undecided = await store.undecidedFrames()
  const stored = await store.layout()
  const watching = watchingOf(stored?.layout ?? emptyLayout)
  const occupancy = await store.newestOccupancy()
  const bays = await store.storedBays()
  const standing = await store.standingStays()
  const overstays = await store.currentOverstays()
  const countZones = await store.countZones()
  const countStates = await store.countStatesAt()
  const alerts = await store.storedAlerts()
  const requests = await store.deskRequests()
  const codecRows = await store.codecs()
  await deps.prepareScripts?.(createCodecBook(codecRows).scripts, () => decodeWaiting(undecided, codecOf))
  const signs = await store.signs()
  const reportSchedules = await store.reportSchedules()
  const periodsOwed = await earlierPeriods(store, stored)
  const assignments = [...(await store.allAssignments()), ...periodsOwed]
  const rows = {
    ...{ assignments, occupancy, bays, standing, overstays },
    ...{ countZones, countStates, alerts, signs, reportSchedules },
  }
  const foldsFrom = () => {
    const fleet = createFleet(devices, orders, scriptRows)
    restoreRuns(fleet, undecided, codecOf)
    const history = createHistoryFold(watching, fleet, rows, promiseMs)
    return { fleet, history, requests: createDeskRequests(requests), codecs: createCodecBook(codecRows) }
  }
  const layoutRecord = stored?.published?.journal === reader.id ? stored.published.record : 0
  return { foldsFrom, layoutVersion: stored?.version ?? 0, layoutRecord, periodsOwed }
}

export async function loadFolds(deps: FoldsDeps): Promise<Omit<Loaded, 'position' | 'base'>> {
  const { foldsFrom, ...layout } = await storedFolds(deps)
  return { ...foldsFrom(), ...layout }
}
