/** A count zone that cannot be trusted: its bays contradict it, or its band is too wide. */

import type { CountZoneRow } from '../../folds/count-rows.ts'
import type { RuleDeclaration } from '../declaration.ts'
import { type AlertRule, usualSettings } from '../rule.ts'
import { subjectOfZone } from '../watchers/zone-vehicles.ts'

type Row = Omit<CountZoneRow, 'rev'>

const zoneWatcher =
  (
    isOnIn: (row: Row) => boolean,
    textOf: (row: Row, zone: string) => string,
    figureOf: (row: Row) => number | null,
  ): NonNullable<RuleDeclaration['watcher']> =>
  (rules, { world, put }) => {
    const rule = rules[0] as AlertRule
    function judge(index: number, at: number) {
      const zone = world.watching.counting.zones[index]
      const row = world.countZone(index)
      if (!zone || !row) return
      const about = subjectOfZone(zone)
      const isOn = isOnIn(row)
      put(
        rule,
        about,
        { isOn, at, value: isOn ? figureOf(row) : null, text: () => textOf(row, `${zone.site}, ${zone.zone}`) },
        () => about,
      )
    }
    return {
      follows: { zone: ({ zone, time }) => judge(zone, time) },
      look(at) {
        for (let zone = 0; zone < world.watching.counting.zones.length; zone++) judge(zone, at)
      },
    }
  }

export const countMismatch: RuleDeclaration = {
  kind: 'count-mismatch',
  about: 'The bays of a count zone contradict its count. It clears with a recount, or when they agree again.',
  subject: 'count-zone',
  unit: 'vehicles',
  defaults: {
    ...usualSettings,
    ...{ severity: 'warning', title: 'Count and bays contradict each other' },
    next: 'Count the vehicles and enter a recount. If it comes back, check the gates.',
  },
  watcher: zoneWatcher(
    ({ mismatchSince }) => mismatchSince !== null,
    ({ mismatch }, zone) => `${zone}: count and bays differ by ${Math.abs(mismatch)} vehicles.`,
    ({ mismatch }) => mismatch,
  ),
}

export const countUncertain: RuleDeclaration = {
  kind: 'count-uncertain',
  about: 'The band of a count zone is too wide to be useful.',
  subject: 'count-zone',
  unit: 'vehicles',
  defaults: {
    ...usualSettings,
    ...{ severity: 'info', title: 'Count is uncertain', onDelayS: 300 },
    next: 'Count the vehicles and enter a recount.',
  },
  watcher: zoneWatcher(
    ({ state, mismatchSince }) => state === 'uncertain' && mismatchSince === null,
    ({ low, high }, zone) => `${zone}: between ${low} and ${high} vehicles.`,
    ({ low, high }) => (low === null || high === null ? null : high - low),
  ),
}
