/** The rows of a batch, table by table, as both dialects write them. Readings and devices have their own paths, measured and faster. */

import type { AlertRows } from '../domain/alerts/alert-rows.ts'
import type { BayChangeRow, BayRows } from '../domain/folds/bay-rows.ts'
import type { CommitBatch } from './store.ts'
import { change, type TableChange } from './table.ts'
import { alert } from './tables/alert.ts'
import { alertEvent } from './tables/alert-event.ts'
import { alertMemory } from './tables/alert-memory.ts'
import { alertRequest } from './tables/alert-request.ts'
import { alertRule } from './tables/alert-rule.ts'
import { bayChange } from './tables/bay-change.ts'
import { bayOverride } from './tables/bay-override.ts'
import { bayState } from './tables/bay-state.ts'
import { countChange } from './tables/count-change.ts'
import { countState } from './tables/count-state.ts'
import { countZone } from './tables/count-zone.ts'
import { deviceHealth } from './tables/device-health.ts'
import { deviceOrder } from './tables/device-order.ts'
import { devicePath } from './tables/device-path.ts'
import { foldClock } from './tables/fold-clock.ts'
import { gap } from './tables/gap.ts'
import { gateway } from './tables/gateway.ts'
import { intakeDay } from './tables/intake-day.ts'
import { ledger } from './tables/ledger.ts'
import { loss } from './tables/loss.ts'
import { occupancy } from './tables/occupancy.ts'
import { overstay } from './tables/overstay.ts'
import { reportSchedule } from './tables/report-schedule.ts'
import { sensorDay } from './tables/sensor-day.ts'
import { sign } from './tables/sign.ts'
import { signChange } from './tables/sign-change.ts'
import { stayStanding } from './tables/stay-standing.ts'
import { zoneCount } from './tables/zone-count.ts'

/** Throws StoreError `data` for a value that its column cannot hold. */
export function rowsOfBatch({ journal, orders, ledger: deltas, losses, history, changes }: CommitBatch): TableChange[] {
  const inJournal = <R>(row: R) => ({ ...row, journal })
  return [
    change(deviceOrder, orders ?? []),
    change(ledger, deltas.map(inJournal)),
    ...(losses
      ? [
          change(sensorDay, losses.sensorDays),
          change(gap, losses.gaps, losses.gapsGone),
          change(loss, losses.losses.map(inJournal)),
          change(intakeDay, losses.intakeDays.map(inJournal)),
        ]
      : []),
    ...(history
      ? [change(occupancy, history.occupancy), change(zoneCount, history.counts), change(deviceHealth, history.health)]
      : []),
    ...(history?.bays ? changesOfBays(history.bays) : []),
    ...(history?.vehicles
      ? [
          change(countZone, history.vehicles.zones),
          change(countState, history.vehicles.states),
          change(countChange, history.vehicles.changes),
        ]
      : []),
    ...(history?.alerts ? changesOfAlerts(history.alerts) : []),
    ...(history?.signs ? [change(sign, history.signs.signs), change(signChange, history.signs.changes)] : []),
    ...(history?.reportSchedules ? [change(reportSchedule, history.reportSchedules)] : []),
    ...(history?.standing
      ? [
          change(stayStanding, history.standing.put, history.standing.gone),
          change(overstay, history.standing.overstays.put, history.standing.overstays.gone),
        ]
      : []),
    ...(changes ?? []),
  ].filter(({ put, gone }) => put.length + gone.length > 0)
}

function changesOfAlerts({ alerts, events, rules, memory, memoryGone, requests }: AlertRows): TableChange[] {
  return [
    change(alert, alerts),
    change(alertEvent, events),
    change(alertRule, rules),
    change(alertMemory, memory, memoryGone),
    change(alertRequest, requests),
  ]
}

function changesOfBays({ states, changes, overrides, gateways, clock }: BayRows): TableChange[] {
  return [
    change(bayState, states),
    change(bayChange, newestOfKeys(changes)),
    change(bayOverride, overrides),
    change(gateway, gateways.gateways, gateways.gatewaysGone),
    change(devicePath, gateways.paths),
    change(foldClock, clock === undefined ? [] : [{ partition: 0, at: clock }]),
  ]
}

/** A statement of many rows merges each key once: of two changes of a bay at one time the later one counts. */
const newestOfKeys = (changes: readonly BayChangeRow[]) => [
  ...new Map(changes.map((row) => [`${row.time} ${row.bay}`, row])).values(),
]
