/** A battery will be empty soon, by its flag or by the trend of its charge. */
import { dayNumber } from '../../../lib/utc-day.ts'
import type { DeviceRecord } from '../../fold.ts'
import { addDay, type BatteryTrend, daysLeft, newTrend } from '../battery-trend.ts'
import type { RuleDeclaration, Watcher, WatcherContext } from '../declaration.ts'
import { type AlertRule, isBeyond, usualSettings } from '../rule.ts'
import { deviceKey } from '../world.ts'

export const battery: RuleDeclaration = {
  kind: 'battery',
  about:
    'A device reports a low battery, or the trend of its charge over the last 90 days reaches 0 % within fewer days than the threshold. Volts have no trend: what is empty depends on the cell.',
  subject: 'device',
  unit: 'days',
  defaults: {
    ...usualSettings,
    ...{ severity: 'info', title: 'Battery is nearly empty', threshold: 30, clearAt: 45, offDelayS: 3_600 },
    next: 'Plan the swap of the sensor or of its battery.',
  },
  watcher: batteries,
}

function batteries([only]: readonly AlertRule[], context: WatcherContext): Watcher {
  const rule = only as AlertRule
  const { world, put, isOn, standing } = context
  const trends: (BatteryTrend | undefined)[] = []
  const nameOf = (device: DeviceRecord) => `battery ${device.id}`

  function judge(device: DeviceRecord, at: number) {
    const key = deviceKey(device)
    const trend = trends[device.id]
    const left = trend ? daysLeft(trend) : null
    const isLow = device.batteryLow === true
    const byTrend = left !== null && isBeyond(rule, 'below', left, standing(rule, key))
    const text = () =>
      isLow
        ? `${device.external} reports a low battery.`
        : `The battery of ${device.external} lasts about ${Math.round(left ?? 0)} more days.`
    put(rule, key, { isOn: isLow || byTrend, at, value: left === null ? null : Math.round(left), text }, () =>
      world.subjectOfDevice(device),
    )
  }

  return {
    follows: {
      applied({ device, reading: { measures }, time }) {
        const { batteryPct, batteryLow } = measures
        if (batteryPct === undefined && batteryLow === undefined) return
        if (batteryPct !== undefined) {
          const day = dayNumber(time)
          const trend = trends[device.id]
          if (trend?.day === day && batteryPct >= trend.low && batteryLow === undefined) return
          const next = addDay(trend ?? newTrend(day, batteryPct), day, batteryPct)
          if (next !== trend) {
            trends[device.id] = next
            context.remember(nameOf(device), next)
          }
        }
        judge(device, time)
      },
    },
    load() {
      for (const device of world.devices())
        trends[device.id] = context.recall(nameOf(device)) as BatteryTrend | undefined
    },
    look(at) {
      // One without a place may be gone: only a message of it begins a condition.
      for (const device of world.devices())
        if (
          (trends[device.id] || device.batteryLow !== null) &&
          (world.isPlaced(device) || isOn(rule, deviceKey(device)))
        )
          judge(device, at)
    },
  }
}
