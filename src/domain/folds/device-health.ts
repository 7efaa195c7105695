/** Extremes of a device's health by the day: widened, never narrowed. */
import { type DayNumber, dayNumber } from '../../lib/utc-day.ts'
import type { Fold } from './fold.ts'

/** Null is not measured. */
export interface HealthExtremes {
  /** DeviceState.id */
  readonly device: number
  readonly day: DayNumber
  minBatteryV: number | null
  minBatteryPct: number | null
  minTemperatureC: number | null
  maxTemperatureC: number | null
  minRssiDbm: number | null
}

export function deviceHealth(): Fold<readonly HealthExtremes[], 'applied'> {
  const health = new Map<number, HealthExtremes>()
  const changed = new Set<number>()

  function rowOf(device: number, day: DayNumber): HealthExtremes {
    let row = health.get(device)
    if (row?.day !== day) {
      row = newRow(device, day)
      health.set(device, row)
    }
    return row
  }

  return {
    follows: ['applied'],
    apply({ device: { id }, reading: { measures }, time }) {
      const { batteryV, batteryPct, temperatureC, rssiDbm } = measures
      if (batteryV === undefined && rssiDbm === undefined && temperatureC === undefined && batteryPct === undefined)
        return
      const row = rowOf(id, dayNumber(time))
      let isWider = false
      if (batteryV !== undefined && !(row.minBatteryV !== null && row.minBatteryV <= batteryV)) {
        row.minBatteryV = batteryV
        isWider = true
      }
      if (batteryPct !== undefined && !(row.minBatteryPct !== null && row.minBatteryPct <= batteryPct)) {
        row.minBatteryPct = batteryPct
        isWider = true
      }
      if (rssiDbm !== undefined && !(row.minRssiDbm !== null && row.minRssiDbm <= rssiDbm)) {
        row.minRssiDbm = rssiDbm
        isWider = true
      }
      if (temperatureC !== undefined && !(row.minTemperatureC !== null && row.minTemperatureC <= temperatureC)) {
        row.minTemperatureC = temperatureC
        isWider = true
      }
      if (temperatureC !== undefined && !(row.maxTemperatureC !== null && row.maxTemperatureC >= temperatureC)) {
        row.maxTemperatureC = temperatureC
        isWider = true
      }
      if (isWider) changed.add(id)
    },
    take() {
      const rows = [...changed].sort((a, b) => a - b).map((id) => ({ ...(health.get(id) as HealthExtremes) }))
      changed.clear()
      return rows
    },
  }
}

/** Written out: there is one for each device, and a spread would keep its fields apart from the object. */
const newRow = (device: number, day: DayNumber): HealthExtremes => ({
  device,
  day,
  minBatteryV: null,
  minBatteryPct: null,
  minTemperatureC: null,
  maxTemperatureC: null,
  minRssiDbm: null,
})
