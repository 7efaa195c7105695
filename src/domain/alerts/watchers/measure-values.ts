/** Measures of devices above or below a threshold. A value that no rule is near costs a comparison. */

import type { DeviceRecord } from '../../fold.ts'
import { type MeasureKey, measureOf } from '../../measures.ts'
import type { Watcher, WatcherContext } from '../declaration.ts'
import { type AlertRule, isBeyond, type Watch } from '../rule.ts'
import { deviceKey } from '../world.ts'

interface Watched {
  readonly key: MeasureKey
  readonly rules: readonly AlertRule[]
  /** No rule begins to hold while the value is between these. */
  readonly low: number
  readonly high: number
}

export function measureValues(rules: readonly AlertRule[], context: WatcherContext): Watcher {
  const { world } = context
  const byKey = Map.groupBy(rules, ({ watch }) => (watch as Watch).measure as MeasureKey)
  const watched = [...byKey].map(
    ([key, of]): Watched => ({ key, rules: of, low: edge(of, 'below'), high: edge(of, 'above') }),
  )
  let on = new Set<number>()

  function judge(device: DeviceRecord, { key, rules: of }: Watched, value: number | null, at: number) {
    const { name, unit } = measureOf(key)
    for (const rule of of) {
      const { is } = rule.watch as Watch
      const isOn = isBeyond(rule, is, value, context.standing(rule, deviceKey(device)))
      const text = () => `${device.external}: ${name} is ${value}${unit && ` ${unit}`}, ${is} ${rule.threshold}.`
      context.put(rule, deviceKey(device), { isOn, at, value, unit, text }, () => world.subjectOfDevice(device))
    }
  }
  const isAnyOn = (device: DeviceRecord) => rules.some((rule) => context.isOn(rule, deviceKey(device)))
  function note(device: DeviceRecord) {
    if (isAnyOn(device)) on.add(device.id)
    else on.delete(device.id)
  }

  return {
    follows: {
      applied({ device, reading: { measures }, time }) {
        const isOn = on.size > 0 && on.has(device.id)
        for (const one of watched) {
          const value = measures[one.key]
          if (value === undefined || (!isOn && value >= one.low && value <= one.high)) continue
          judge(device, one, value, time)
          note(device)
        }
      },
    },
    load() {
      on = devicesOn(rules, context)
    },
    look(at) {
      on = devicesOn(rules, context)
      for (const device of world.devices()) {
        const isOn = on.has(device.id)
        for (const one of watched) {
          const value = device[one.key]
          if (value === null || (!isOn && value >= one.low && value <= one.high)) continue
          // One without a place may be gone: only a message of it begins a condition.
          if (!isOn && !world.isPlaced(device)) break
          judge(device, one, value, at)
          note(device)
        }
      }
    },
  }
}

/** Devices for which a condition holds. */
function devicesOn(rules: readonly AlertRule[], { subjectsOn, world }: WatcherContext): Set<number> {
  const on = new Set<number>()
  for (const rule of rules)
    for (const { id } of subjectsOn(rule)) {
      const device = world.deviceNamed(id)
      if (device) on.add(device.id)
    }
  return on
}

function edge(rules: readonly AlertRule[], side: 'above' | 'below'): number {
  const edges = rules.filter(({ watch }) => watch?.is === side).map(({ threshold }) => threshold ?? 0)
  return side === 'above' ? Math.min(Number.POSITIVE_INFINITY, ...edges) : Math.max(Number.NEGATIVE_INFINITY, ...edges)
}
