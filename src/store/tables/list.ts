/** Every declared table. A new one is its file and a line here. */
import type { SqlRowOf, Table } from '../table.ts'
import { deadLetter, deadLetterPiece } from './dead-letter.ts'
import { decoderChoice } from './decoder-choice.ts'
import { deviceHealth } from './device-health.ts'
import { deviceOrder } from './device-order.ts'
import { discard } from './discard.ts'
import { forecastIssued, forecastQuality, forecastShown, training } from './forecast.ts'
import { gap } from './gap.ts'
import { intakeDay } from './intake-day.ts'
import { layout } from './layout.ts'
import { ledger } from './ledger.ts'
import { loss } from './loss.ts'
import { occupancy } from './occupancy.ts'
import { rawFrame } from './raw-frame.ts'
import { sensorDay } from './sensor-day.ts'
import { session } from './session.ts'
import { zoneCount } from './zone-count.ts'

const declared = [
  ...([deadLetter, deadLetterPiece, decoderChoice, deviceHealth, deviceOrder, discard] as const),
  ...([forecastIssued, forecastQuality, forecastShown, gap, intakeDay, layout, ledger, loss] as const),
  ...([occupancy, rawFrame, sensorDay, session, training, zoneCount] as const),
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
