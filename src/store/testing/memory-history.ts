/** The history in memory: what every dialect must do with a batch of it, in the plainest way. */

import type { AlertEventRow, AlertRequestRow, AlertRow, StoredAlerts } from '../../domain/alerts/alert-rows.ts'
import {
  type BayChangeRow,
  type BayStateRow,
  type CountChangeRow,
  type CountStateRow,
  type CountZoneRow,
  type HistoryBatch,
  type OccupancyRow,
  type OverrideRow,
  type ReportScheduleRow,
  type SessionKey,
  type SessionRow,
  type SignChangeRow,
  type SignRow,
  type StoredBays,
  sessionList,
} from '../store.ts'
import { change } from '../table.ts'
import { alert } from '../tables/alert.ts'
import { alertEvent } from '../tables/alert-event.ts'
import { alertMemory } from '../tables/alert-memory.ts'
import { alertRequest } from '../tables/alert-request.ts'
import { alertRule } from '../tables/alert-rule.ts'
import { bayChange } from '../tables/bay-change.ts'
import { bayOverride } from '../tables/bay-override.ts'
import { bayState } from '../tables/bay-state.ts'
import { countChange } from '../tables/count-change.ts'
import { countState } from '../tables/count-state.ts'
import { countZone } from '../tables/count-zone.ts'
import { deviceHealth } from '../tables/device-health.ts'
import { devicePath } from '../tables/device-path.ts'
import { foldClock } from '../tables/fold-clock.ts'
import { gateway } from '../tables/gateway.ts'
import { occupancy } from '../tables/occupancy.ts'
import { type OverstayRow, overstay } from '../tables/overstay.ts'
import { reportSchedule } from '../tables/report-schedule.ts'
import { sign } from '../tables/sign.ts'
import { signChange } from '../tables/sign-change.ts'
import { type StandingRow, stayStanding } from '../tables/stay-standing.ts'
import { zoneCount } from '../tables/zone-count.ts'
import { createMemoryTable } from './memory-table.ts'

export type Remembered = Pick<HistoryBatch, 'occupancy' | 'counts' | 'health'> & {
  readonly sessions: readonly SessionRow[]
  readonly standing: readonly StandingRow[]
  readonly overstays: readonly OverstayRow[]
}

/** Everything of bays, in the order of its keys. */
export interface RememberedBays {
  readonly states: readonly BayStateRow[]
  readonly changes: readonly BayChangeRow[]
  readonly overrides: readonly OverrideRow[]
  readonly gateways: StoredBays['gateways']
}

/** Everything of count zones, in the order of its keys. */
export interface RememberedCounts {
  readonly zones: readonly CountZoneRow[]
  readonly states: readonly CountStateRow[]
  readonly changes: readonly CountChangeRow[]
}

/** Everything of alerts, in the order of its keys. */
export interface RememberedAlerts extends StoredAlerts {
  readonly alerts: readonly AlertRow[]
  readonly events: readonly AlertEventRow[]
  readonly requests: readonly AlertRequestRow[]
}

/** Everything of signs, in the order of its keys. */
export interface RememberedSigns {
  readonly signs: readonly SignRow[]
  readonly changes: readonly SignChangeRow[]
}

export interface MemoryHistory {
  put(batch: HistoryBatch): void
  all(): Remembered
  newest(): OccupancyRow[]
  bays(): RememberedBays
  storedBays(): StoredBays
  vehicles(): RememberedCounts
  alerts(): RememberedAlerts
  signs(): RememberedSigns
  reportSchedules(): readonly ReportScheduleRow[]
}

export function createMemoryHistory(): MemoryHistory {
  const sessions = new Map<string, SessionRow>()
  const keyOf = ({ bay, device, departure, arrival }: SessionKey) => JSON.stringify([bay, device, departure, arrival])
  const standing = createMemoryTable(stayStanding)
  const overstays = createMemoryTable(overstay)
  const places = createMemoryTable(occupancy)
  const counts = createMemoryTable(zoneCount)
  const health = createMemoryTable(deviceHealth)
  const bays = {
    states: createMemoryTable(bayState),
    changes: createMemoryTable(bayChange),
    overrides: createMemoryTable(bayOverride),
    gateways: createMemoryTable(gateway),
    paths: createMemoryTable(devicePath),
    clock: createMemoryTable(foldClock),
  }
  const storedGateways = () => ({ gateways: bays.gateways.rows(), paths: bays.paths.rows() })
  const signs = { signs: createMemoryTable(sign), changes: createMemoryTable(signChange) }
  const schedules = createMemoryTable(reportSchedule)
  const vehicles = {
    zones: createMemoryTable(countZone),
    states: createMemoryTable(countState),
    changes: createMemoryTable(countChange),
  }
  const alerts = {
    alerts: createMemoryTable(alert),
    events: createMemoryTable(alertEvent),
    rules: createMemoryTable(alertRule),
    memory: createMemoryTable(alertMemory),
    requests: createMemoryTable(alertRequest),
  }
  return {
    put(batch) {
      // Written again it is the same stay; two of no length in one millisecond are one.
      for (const row of sessionList(batch.sessions)) sessions.getOrInsert(keyOf(row), row)
      for (const row of batch.sessionsGone ?? []) sessions.delete(keyOf(row))
      for (const row of batch.sessionsAdded ?? []) sessions.set(keyOf(row), row)
      if (batch.standing) {
        standing.apply(change(stayStanding, batch.standing.put, batch.standing.gone))
        overstays.apply(change(overstay, batch.standing.overstays.put, batch.standing.overstays.gone))
      }
      places.apply(change(occupancy, batch.occupancy))
      counts.apply(change(zoneCount, batch.counts))
      health.apply(change(deviceHealth, batch.health))
      bays.states.apply(change(bayState, batch.bays?.states ?? []))
      bays.changes.apply(change(bayChange, batch.bays?.changes ?? []))
      bays.overrides.apply(change(bayOverride, batch.bays?.overrides ?? []))
      const ways = batch.bays?.gateways
      if (ways) {
        bays.gateways.apply(change(gateway, ways.gateways, ways.gatewaysGone))
        bays.paths.apply(change(devicePath, ways.paths))
      }
      vehicles.zones.apply(change(countZone, batch.vehicles?.zones ?? []))
      vehicles.states.apply(change(countState, batch.vehicles?.states ?? []))
      signs.signs.apply(change(sign, batch.signs?.signs ?? []))
      signs.changes.apply(change(signChange, batch.signs?.changes ?? []))
      schedules.apply(change(reportSchedule, batch.reportSchedules ?? []))
      vehicles.changes.apply(change(countChange, batch.vehicles?.changes ?? []))
      if (batch.alerts) {
        alerts.alerts.apply(change(alert, batch.alerts.alerts))
        alerts.events.apply(change(alertEvent, batch.alerts.events))
        alerts.rules.apply(change(alertRule, batch.alerts.rules))
        alerts.memory.apply(change(alertMemory, batch.alerts.memory, batch.alerts.memoryGone))
        alerts.requests.apply(change(alertRequest, batch.alerts.requests))
      }
      const clock = batch.bays?.clock
      if (clock !== undefined) bays.clock.apply(change(foldClock, [{ partition: 0, at: clock }]))
    },
    all: () => ({
      sessions: [...sessions.values()].sort(
        (a, b) =>
          a.device - b.device ||
          a.departure - b.departure ||
          a.arrival - b.arrival ||
          ((a.bay ?? '') < (b.bay ?? '') ? -1 : 1),
      ),
      ...{ standing: standing.rows(), overstays: overstays.rows() },
      occupancy: places.rows(),
      counts: counts.rows(),
      health: health.rows(),
    }),
    bays: () => ({
      states: bays.states.rows(),
      changes: bays.changes.rows(),
      overrides: bays.overrides.rows(),
      gateways: storedGateways(),
    }),
    signs: () => ({ signs: signs.signs.rows(), changes: signs.changes.rows() }),
    reportSchedules: schedules.rows,
    vehicles: () => ({
      zones: vehicles.zones.rows(),
      states: vehicles.states.rows(),
      changes: vehicles.changes.rows(),
    }),
    alerts() {
      const [rows, events] = [alerts.alerts.rows(), alerts.events.rows()]
      return {
        ...{ alerts: rows, events, rules: alerts.rules.rows(), memory: alerts.memory.rows() },
        ...{ requests: alerts.requests.rows(), rev: rows.reduce((newest, { rev }) => Math.max(newest, rev), 0) },
        ...{ eventRev: events.at(-1)?.rev ?? 0, eventPart: events.at(-1)?.part ?? -1 },
      }
    },
    storedBays: () => ({
      newestOverride: bays.overrides.rows().reduce((highest, { pos }) => Math.max(highest, pos), 0),
      states: bays.states.rows(),
      overrides: bays.overrides.rows().filter(({ endedAt }) => endedAt === null),
      endedOverrides: bays.overrides.rows().flatMap(({ id, endedAt }) => (endedAt === null ? [] : [id])),
      gateways: storedGateways(),
      clock: bays.clock.rows()[0]?.at,
    }),
    newest: () =>
      [
        ...Map.groupBy(places.rows(), ({ spanMs, site, level, zone }) => JSON.stringify([spanMs, site, level, zone])),
      ].map(([, rows]) => rows.at(-1) as OccupancyRow),
  }
}
