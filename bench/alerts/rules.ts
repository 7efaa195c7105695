/** 500 rules over 50,000 bays: most watch and raise nothing, one raises an alert for each device that is too warm. */
import type { NewRule } from '../../contract/alert-rule.ts'

export const ruleCount = 500
export const warmRule = 'too-warm'
/** Warmer than any sensor of the load, which measures none. */
const warmC = 60
const zonesWatched = 300
const bayRules = 100
const everywhere = { sites: [], levels: [], zones: [], types: [], devices: [], sources: [] }

export type WrittenRule = Partial<NewRule> & Pick<NewRule, 'severity' | 'title'>

/** By id, as they are written. `most`: the built-in rules stand beside them, and a server takes `ruleCount` in all. */
export function manyRules(most: number): ReadonlyMap<string, WrittenRule> {
  const rules = new Map<string, WrittenRule>()
  rules.set(warmRule, {
    ...{ severity: 'critical', title: 'Sensor is too warm', threshold: warmC },
    watch: { quantity: 'measure', is: 'above', measure: 'temperature_c' },
  })
  for (let i = 0; i < zonesWatched; i++)
    rules.set(`zone-${i}`, {
      ...{ severity: 'info', title: 'Zone is unusually full', threshold: 99 },
      watch: { quantity: 'occupied-share', is: 'above', places: 'zone' },
      scope: { ...everywhere, sites: [`site-${i % 20}`], zones: [`zone-${i % 100}`] },
    })
  for (let i = 0; i < bayRules; i++)
    rules.set(`bay-${i}`, {
      ...{ severity: 'info', title: 'Bay is taken for days', threshold: 10_000 + i },
      watch: { quantity: 'state-minutes', is: 'above', state: 'occupied' },
      scope: { ...everywhere, sites: [`site-${i % 20}`], zones: [`zone-${i}`] },
    })
  for (let i = rules.size; i < most; i++)
    rules.set(`measure-${i}`, {
      ...{ severity: 'info', title: 'Battery is unusual', threshold: 20 + i / 100 },
      watch: { quantity: 'measure', is: 'above', measure: 'battery_v' },
    })
  return rules
}
