/** Vehicles of count zones, and how wide their band is. */
import { type CountZone, countKey } from '../../counting.ts'
import type { Watcher, WatcherContext } from '../declaration.ts'
import { type AlertRule, isBeyond, type Watch } from '../rule.ts'
import { type Subject, subject } from '../subject.ts'

export const subjectOfZone = ({ site, level, zone }: Pick<CountZone, 'site' | 'level' | 'zone'>): Subject =>
  subject('count-zone', countKey({ site, level, zone }), { site, level, zones: [zone] })

export function zoneVehicles(rules: readonly AlertRule[], context: WatcherContext): Watcher {
  const { world } = context

  function judge(index: number, at: number) {
    const zone = world.watching.counting.zones[index]
    const row = world.countZone(index)
    if (!zone || !row) return
    const about = subjectOfZone(zone)
    for (const rule of rules) {
      const { quantity, is } = rule.watch as Watch
      const width = row.low === null || row.high === null ? null : row.high - row.low
      const value =
        row.state === 'stale' || row.state === 'unknown' ? null : quantity === 'vehicles' ? row.vehicles : width
      const isOn = isBeyond(rule, is, value, context.standing(rule, about))
      const what = quantity === 'vehicles' ? `${value} vehicles` : `the count is sure to within ${value} vehicles`
      const text = () => `${zone.site}, ${zone.zone}: ${what}, ${is} ${rule.threshold}.`
      context.put(rule, about, { isOn, at, value, unit: 'vehicles', text }, () => about)
    }
  }

  return {
    follows: { zone: ({ zone, time }) => judge(zone, time) },
    look(at) {
      for (let zone = 0; zone < world.watching.counting.zones.length; zone++) judge(zone, at)
    },
  }
}
