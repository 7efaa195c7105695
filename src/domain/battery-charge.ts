/** The charge of a battery from its voltage, by the curve of its model. A sensor that reports percent is believed. */
import type { DeviceModel } from './device-model.ts'
import type { Measures } from './reading.ts'

export function withCharge(measures: Measures, model: DeviceModel | undefined): Measures {
  const { batteryV, batteryPct } = measures
  if (model?.battery === undefined || batteryV === undefined || batteryPct !== undefined) return measures
  return { ...measures, batteryPct: percentAt(model.battery, batteryV) }
}

/** Straight between two points, and the last of them beyond. */
export function percentAt(curve: NonNullable<DeviceModel['battery']>, volts: number): number {
  const above = curve.findIndex(([point]) => point >= volts)
  const [highVolts, highPercent] = curve.at(above) as readonly [number, number]
  if (above <= 0) return highPercent
  const [lowVolts, lowPercent] = curve[above - 1] as readonly [number, number]
  return Math.round(lowPercent + ((volts - lowVolts) / (highVolts - lowVolts)) * (highPercent - lowPercent))
}
