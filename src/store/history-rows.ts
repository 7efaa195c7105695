/** From what is known of the history to what a row holds, and back. The order of each tuple is the order of its column list. */
import type { Instant } from '../lib/brand.ts'
import { dayNumber } from '../lib/utc-day.ts'
import type { CountDelta, HealthRow, OccupancyRow, SessionRow } from './history.ts'
import { int, realOrNull, type SqlValue, text } from './rows.ts'

export interface HistoryTables {
  session: {
    day: number
    device: number
    departure: number
    arrival: number
    dwell_ms: number
    bay: string | null
    certain: number
  }
  occupancy: {
    span_ms: number
    site: string
    /** Empty: of the whole site. */
    level: string
    /** Empty: of the whole level. */
    zone: string
    start: number
    capacity: number
    occupied_ms: number
    known_ms: number
    full_ms: number
    min_occupied: number
    max_occupied: number
    occupied_end: number
    known_end: number
  }
  reading_forgotten: {
    day: number
    device: number
    epoch: number
    rows_gone: number
    numbers: number
    min_seq: number | null
    max_seq: number | null
  }
  zone_count: { device: number; start: number; entries: number; exits: number; resets: number }
  device_health: {
    device: number
    day: number
    min_battery_v: number | null
    min_battery_pct: number | null
    min_temperature_c: number | null
    max_temperature_c: number | null
    min_rssi_dbm: number | null
  }
}

export const sessionColumns = ['day', 'device', 'departure', 'arrival', 'dwell_ms', 'bay', 'certain'] as const
export const sessionChanges = ['dwell_ms', 'bay', 'certain'] as const
const occupancyKey = ['span_ms', 'site', 'level', 'zone', 'start'] as const
export const occupancyValuesChanged = [
  ...(['capacity', 'occupied_ms', 'known_ms', 'full_ms'] as const),
  ...(['min_occupied', 'max_occupied', 'occupied_end', 'known_end'] as const),
] as const
export const occupancyColumns = [...occupancyKey, ...occupancyValuesChanged] as const
export const countSums = ['entries', 'exits', 'resets'] as const
export const countColumns = ['device', 'start', ...countSums] as const
export const healthMinima = ['min_battery_v', 'min_battery_pct', 'min_temperature_c', 'min_rssi_dbm'] as const
export const healthMaxima = ['max_temperature_c'] as const
export const healthColumns = ['device', 'day', ...healthMinima, ...healthMaxima] as const

/** A stay is stored on the day of its departure or later, but for a clock that is a little fast. */
export const firstSessionDay = ({ departure }: Pick<SessionRow, 'departure'>): number => dayNumber(departure) - 1

/** `day`: of storing. */
export const sessionValues = (row: SessionRow, day: number): SqlValue[] => [
  day,
  int(row.device, 'device'),
  int(row.departure, 'departure'),
  int(row.arrival, 'arrival'),
  int(row.dwellMs, 'dwell_ms'),
  row.bay === null ? null : text(row.bay, 'bay'),
  Number(row.certain),
]

export const occupancyValues = (row: OccupancyRow): SqlValue[] => [
  int(row.spanMs, 'span_ms'),
  text(row.site, 'site'),
  text(row.level ?? '', 'level'),
  text(row.zone ?? '', 'zone'),
  int(row.start, 'start'),
  int(row.capacity, 'capacity'),
  int(row.occupiedMs, 'occupied_ms'),
  int(row.knownMs, 'known_ms'),
  int(row.fullMs, 'full_ms'),
  int(row.minOccupied, 'min_occupied'),
  int(row.maxOccupied, 'max_occupied'),
  int(row.occupiedEnd, 'occupied_end'),
  int(row.knownEnd, 'known_end'),
]

export const countValues = (row: CountDelta): SqlValue[] => [
  int(row.device, 'device'),
  int(row.start, 'start'),
  int(row.entries, 'entries'),
  int(row.exits, 'exits'),
  int(row.resets, 'resets'),
]

export const healthValues = (row: HealthRow): SqlValue[] => [
  int(row.device, 'device'),
  int(row.day, 'day'),
  realOrNull(row.minBatteryV, 'min_battery_v'),
  realOrNull(row.minBatteryPct, 'min_battery_pct'),
  realOrNull(row.minTemperatureC, 'min_temperature_c'),
  realOrNull(row.minRssiDbm, 'min_rssi_dbm'),
  realOrNull(row.maxTemperatureC, 'max_temperature_c'),
]

export const toSession = (row: HistoryTables['session']): SessionRow => ({
  ...{ device: row.device, bay: row.bay, certain: row.certain === 1, dwellMs: row.dwell_ms },
  ...{ arrival: row.arrival as Instant, departure: row.departure as Instant },
})

export const toOccupancy = (row: HistoryTables['occupancy']): OccupancyRow => ({
  ...{ spanMs: row.span_ms, site: row.site, level: row.level || null, zone: row.zone || null },
  ...{ start: row.start as Instant, capacity: row.capacity, occupiedMs: row.occupied_ms, knownMs: row.known_ms },
  ...{ fullMs: row.full_ms, minOccupied: row.min_occupied, maxOccupied: row.max_occupied },
  ...{ occupiedEnd: row.occupied_end, knownEnd: row.known_end },
})

export const toHealth = (row: HistoryTables['device_health']): HealthRow => ({
  ...{ device: row.device, day: row.day, minBatteryV: row.min_battery_v, minBatteryPct: row.min_battery_pct },
  ...{ minTemperatureC: row.min_temperature_c, maxTemperatureC: row.max_temperature_c, minRssiDbm: row.min_rssi_dbm },
})
