/**
 * The folds alone, without decoding and store: 50,000 bays in 2,000 zones, a reading of each in turn. `node src/processing/folds.bench.ts
 * [--json] [--usual] [READINGS]` prints readings a second of processor time, by the share of readings that change a bay. `--usual`: with the
 * built-in rules alone.
 */
import process from 'node:process'
import { noStoredAlerts } from '../domain/alerts/alert-rows.ts'
import { type AlertRule, usualSettings, type Watch } from '../domain/alerts/rule.ts'
import { builtInRules } from '../domain/alerts/rules/list.ts'
import { applyLive } from '../domain/fold.ts'
import { type Bay, emptyLayout, type Layout, plainBay } from '../domain/layout.ts'
import type { DeviceId, Reading } from '../domain/reading.ts'
import { watchingOf } from '../domain/watching.ts'
import { instant } from '../lib/brand.ts'
import { createFleet, type Tracked } from './fleet.ts'
import { createHistoryFold } from './folds.ts'

const baysOfSite = 2_500
const sites = 20
const zonesOfSite = 100
const isJson = process.argv.includes('--json')
const isUsual = process.argv.includes('--usual')
const readings = Number(process.argv.at(-1)) || 2_000_000
/** As many as a batch takes. */
const batch = 20_000

const bayOf = (site: number, i: number): Bay =>
  plainBay(`${site}-${i}`, { x: 0, y: 0 }, { zones: [`z${i % zonesOfSite}`], devices: [`d${site}-${i}`] })
const layout: Layout = {
  ...emptyLayout,
  sites: Array.from({ length: sites }, (_, site) => ({
    ...{ id: `s${site}`, name: 's', zone: 'UTC' },
    levels: [
      {
        ...{ id: 'l', name: 'l', x: 0, y: 0, w: 1, h: 1 },
        zones: Array.from({ length: zonesOfSite }, (_, i) => ({ id: `z${i}`, name: 'z' })),
        bays: Array.from({ length: baysOfSite }, (_, i) => bayOf(site, i)),
      },
    ],
  })),
}

/** Of this process: the machine may have other work. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** `changed`: share of readings that change the state of their bay. */
function readingsPerSecond(changed: number, rules: readonly AlertRule[]): number {
  const fleet = createFleet([])
  const rows = rules.map((rule) => ({
    id: rule.id,
    body: JSON.stringify(rule),
    author: '',
    reason: '',
    at: instant(0),
  }))
  const alerts = { ...noStoredAlerts, rules: rows }
  const fold = createHistoryFold(watchingOf(layout), fleet, { alerts })
  const begin = Date.parse('2026-11-23T08:00:00Z')
  const devices: Tracked[] = []
  for (let site = 0; site < sites; site++)
    for (let i = 0; i < baysOfSite; i++) devices.push(fleet.meet('bench', `d${site}-${i}` as DeviceId, instant(begin)))
  const every = Math.round(1 / changed)
  const freeAndTaken: Reading[] = [true, false].map((occupied) => ({ device: 'x' as DeviceId, measures: { occupied } }))
  const begun = cpuMs()
  for (let n = 0; n < readings; n++) {
    const { state } = devices[n % devices.length] as Tracked
    const time = instant(begin + n)
    const { occupied, since, claimedBay } = state
    const reading = freeAndTaken[n % every === 0 ? (occupied ? 1 : 0) : occupied === false ? 1 : 0] as Reading
    fold.touchLiveness(state, time, time)
    state.lastArrived = time
    applyLive(state, reading, time)
    fold.applied(state, { occupied, since, claimedBay }, reading, time)
    if (n % batch === batch - 1) fold.take()
  }
  return (1_000 * readings) / (cpuMs() - begun)
}

/** Alert rules beside the built-in ones: every quantity, over all bays and zones, at many thresholds. */
const quantities: readonly Watch[] = [
  { quantity: 'occupied-share', is: 'above', places: 'zone' },
  { quantity: 'free', is: 'below', places: 'site' },
  { quantity: 'state-minutes', is: 'above', state: 'occupied' },
  { quantity: 'measure', is: 'below', measure: 'batteryV' },
  { quantity: 'silent-minutes', is: 'above' },
]
const ownRules = (count: number): AlertRule[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ id: `own-${i}`, kind: 'own', ...usualSettings, severity: 'info', title: 'own', next: '' },
    threshold: 101 + i,
    watch: quantities[i % quantities.length] as Watch,
  }))
const off = builtInRules.map(({ kind, defaults }): AlertRule => ({ id: kind, kind, ...defaults, enabled: false }))
const others = isUsual ? {} : { 'no rules': off, '500 rules beside them': ownRules(500) }
const ruleSets = { ...others, 'built-in rules': [] }

for (const [name, rules] of Object.entries(ruleSets)) {
  const rates = [0.01, 0.1, 0.5].map((changed) => [changed, Math.round(readingsPerSecond(changed, rules))] as const)
  if (isJson) console.log(JSON.stringify({ rules: name, ...Object.fromEntries(rates) }))
  else
    for (const [changed, rate] of rates)
      console.log(`${name}, ${100 * changed} % changes: ${rate.toLocaleString('en')} readings/s`)
}
