/** The rows of a batch, table by table, as both dialects write them. Readings and devices have their own paths, measured and faster. */

import type { CommitBatch } from './store.ts'
import { change, type TableChange } from './table.ts'
import { deviceHealth } from './tables/device-health.ts'
import { deviceOrder } from './tables/device-order.ts'
import { gap } from './tables/gap.ts'
import { intakeDay } from './tables/intake-day.ts'
import { ledger } from './tables/ledger.ts'
import { loss } from './tables/loss.ts'
import { occupancy } from './tables/occupancy.ts'
import { sensorDay } from './tables/sensor-day.ts'
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
    ...(changes ?? []),
  ].filter(({ put, gone }) => put.length + gone.length > 0)
}
