/** The rows of bays that processing would have written, for tests that commit devices, layouts and overrides without it. */
import type { DeskEntry } from '../../domain/desk-change.ts'
import type { DeviceState } from '../../domain/device.ts'
import { emptyLayout, type Layout } from '../../domain/layout.ts'
import { watchingOf } from '../../domain/watching.ts'
import { createFleet } from '../../processing/fleet.ts'
import { createHistoryFold } from '../../processing/folds.ts'
import type {
  CountStateRow,
  CountZoneRow,
  HistoryBatch,
  ReportScheduleRow,
  SignRow,
  Store,
  StoredAlerts,
  StoredBays,
} from '../../store/store.ts'

interface Changed {
  readonly devices?: readonly DeviceState[]
  readonly layout?: Layout
  readonly desk?: DeskEntry
}

export function baysAfter(
  stored: Changed & {
    readonly bays?: StoredBays
    readonly countZones?: readonly CountZoneRow[]
    readonly countStates?: readonly CountStateRow[]
    readonly alerts?: StoredAlerts
    readonly signs?: readonly SignRow[]
    readonly reportSchedules?: readonly ReportScheduleRow[]
  },
  changed: Changed,
  pos = 1,
): HistoryBatch {
  const devices = new Map([...(stored.devices ?? []), ...(changed.devices ?? [])].map((state) => [state.id, state]))
  const watching = watchingOf(changed.layout ?? stored.layout ?? emptyLayout)
  const fleet = createFleet([...devices.values()])
  const fold = createHistoryFold(watching, fleet, {
    ...(stored.bays ? { bays: stored.bays } : {}),
    ...(stored.countZones ? { countZones: stored.countZones } : {}),
    ...(stored.countStates ? { countStates: stored.countStates } : {}),
    ...(stored.alerts ? { alerts: stored.alerts } : {}),
    ...(stored.signs ? { signs: stored.signs } : {}),
    ...(stored.reportSchedules ? { reportSchedules: stored.reportSchedules } : {}),
  })
  fold.position(pos)
  if (changed.desk) fold.desk(changed.desk, pos)
  return fold.take()
}

/** By what the store holds now. */
export async function baysInStore(store: Store, changed: Changed, pos?: number): Promise<HistoryBatch> {
  const layout = (await store.layout())?.layout
  const stored = {
    devices: await store.devices(),
    bays: await store.storedBays(),
    countZones: await store.countZones(),
    countStates: await store.countStatesAt(),
    alerts: await store.storedAlerts(),
    signs: await store.signs(),
    reportSchedules: await store.reportSchedules(),
    ...(layout ? { layout } : {}),
  }
  return baysAfter(stored, changed, pos)
}
