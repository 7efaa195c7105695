/** Every declared table. A new one is its file and a line here. */
import type { SqlRowOf, Table } from '../table.ts'
import { alert } from './alert.ts'
import { alertEvent } from './alert-event.ts'
import { alertMemory } from './alert-memory.ts'
import { alertRequest } from './alert-request.ts'
import { alertRule } from './alert-rule.ts'
import { assignment } from './assignment.ts'
import { bayChange } from './bay-change.ts'
import { bayOverride } from './bay-override.ts'
import { bayState } from './bay-state.ts'
import { codec, codecVersion } from './codec.ts'
import { countChange } from './count-change.ts'
import { countState } from './count-state.ts'
import { countZone } from './count-zone.ts'
import { deadLetter, deadLetterPiece } from './dead-letter.ts'
import { decoderChoice } from './decoder-choice.ts'
import { deskRequest } from './desk-request.ts'
import { deviceHealth } from './device-health.ts'
import { deviceOrder } from './device-order.ts'
import { devicePath } from './device-path.ts'
import { deviceScript } from './device-script.ts'
import { discard } from './discard.ts'
import { foldClock } from './fold-clock.ts'
import { forecastIssued, forecastQuality, forecastShown, training } from './forecast.ts'
import { gap } from './gap.ts'
import { gateway } from './gateway.ts'
import { intakeDay } from './intake-day.ts'
import { layout } from './layout.ts'
import { ledger } from './ledger.ts'
import { loss } from './loss.ts'
import { occupancy } from './occupancy.ts'
import { overstay } from './overstay.ts'
import { rawFrame } from './raw-frame.ts'
import { reportSchedule } from './report-schedule.ts'
import { sensorDay } from './sensor-day.ts'
import { session } from './session.ts'
import { sign } from './sign.ts'
import { signChange } from './sign-change.ts'
import { stay } from './stay.ts'
import { stayStanding } from './stay-standing.ts'
import { zoneCount } from './zone-count.ts'

const declared = [
  ...([alert, alertEvent, alertMemory, alertRequest, alertRule] as const),
  ...([assignment, bayChange, bayOverride, bayState, foldClock] as const),
  ...([codec, codecVersion, countChange, countState, countZone, deadLetter, deadLetterPiece, decoderChoice] as const),
  ...([deskRequest, deviceHealth, deviceOrder, devicePath, deviceScript, discard] as const),
  ...([forecastIssued, forecastQuality, forecastShown, gap, gateway, intakeDay, layout, ledger, loss] as const),
  ...([
    occupancy,
    overstay,
    rawFrame,
    reportSchedule,
    sensorDay,
    session,
    sign,
    signChange,
    stay,
    stayStanding,
    training,
    zoneCount,
  ] as const),
] as const

/** By their names, as SQL sees their rows. */
export type DeclaredTables = { [T in (typeof declared)[number] as T['name']]: SqlRowOf<T> }

export const tables = declared as readonly unknown[] as readonly Table[]

const byName = new Map(tables.map((table) => [table.name, table]))

export function tableNamed(name: string): Table {
  const table = byName.get(name)
  if (!table) throw new TypeError(`no table "${name}" is declared in store/tables/list.ts`)
  return table
}
