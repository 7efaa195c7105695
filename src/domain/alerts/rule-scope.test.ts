import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everywhere, ownRuleFault, type RuleScope, type RuleSettings, usualSettings, type Watch } from './rule.ts'
import { builtInRuleFault } from './rule-scope.ts'
import { builtInRules } from './rules/list.ts'
import { defaultRule } from './rules-in-use.ts'

const rule = (watch: Watch, threshold: number, scope: Partial<RuleScope> = {}, clearAt: number | null = null) => ({
  ...({ ...usualSettings, severity: 'info', title: 't', next: '', watch, threshold, clearAt } as RuleSettings),
  scope: { ...everywhere, ...scope },
})
const pathOf = (...of: Parameters<typeof rule>) => ownRuleFault(rule(...of))?.path
const free = (places: Watch['places'] & string) => ({ quantity: 'free', is: 'below', places }) as const
const share = { quantity: 'occupied-share', is: 'above', places: 'site' } as const
const minutes = { quantity: 'state-minutes', is: 'above', state: 'occupied' } as const
const vehicles = { quantity: 'vehicles', is: 'above' } as const

test('a scope that no subject of the rule can be in is refused with its list', () => {
  assert.equal(pathOf(free('site'), 2, { levels: ['p1'] }), 'scope.levels')
  assert.equal(pathOf(free('site'), 2, { types: ['disabled'] }), 'scope.types')
  assert.equal(pathOf(free('city'), 2, { sites: ['north'] }), 'scope.sites')
  assert.equal(pathOf(free('type'), 2, { zones: ['z'] }), 'scope.zones')
  assert.equal(pathOf(minutes, 2, { devices: ['d1'] }), 'scope.devices')
  assert.equal(pathOf(vehicles, 2, { types: ['ev'] }), 'scope.types')
})

test('a scope that subjects of the rule can be in is accepted', () => {
  assert.equal(pathOf(free('zone'), 2, { sites: ['north'], levels: ['p1'], zones: ['z'] }), undefined)
  assert.equal(pathOf(free('type'), 2, { sites: ['north'], types: ['disabled'] }), undefined)
  assert.equal(pathOf(minutes, 2, { types: ['ev'] }), undefined)
  assert.equal(pathOf({ quantity: 'silent-minutes', is: 'above' }, 2, { devices: ['d1'], sources: ['s'] }), undefined)
})

test('a threshold that its quantity never passes, or always, is refused', () => {
  assert.equal(pathOf(share, 150), 'threshold')
  assert.equal(pathOf(share, 100), 'threshold')
  assert.equal(pathOf(free('site'), 0), 'threshold')
  assert.equal(pathOf(share, -1), 'threshold')
  assert.equal(pathOf(share, 90, {}, -5), 'clear_at')
  for (const threshold of [0, 99.9]) assert.equal(pathOf(share, threshold), undefined)
  assert.equal(pathOf(free('site'), 1), undefined)
  assert.equal(pathOf({ quantity: 'measure', is: 'below', measure: 'temperatureC' }, -20), undefined)
})

test('each built-in rule is accepted as it is, and with the lists of its subject alone', () => {
  for (const declared of builtInRules) assert.equal(builtInRuleFault(declared, defaultRule(declared)), undefined)
  const faultOf = (kind: string, scope: Partial<RuleScope>) => {
    const declared = builtInRules.find((one) => one.kind === kind)
    assert.ok(declared)
    return builtInRuleFault(declared, { ...defaultRule(declared), scope: { ...everywhere, ...scope } })?.path
  }
  assert.equal(faultOf('overstay', { devices: ['d1'] }), 'scope.devices')
  assert.equal(faultOf('overstay', { zones: ['z'] }), undefined)
  assert.equal(faultOf('disk', { sites: ['north'] }), 'scope.sites')
  assert.equal(faultOf('site-full', { levels: ['p1'] }), 'scope.levels')
  assert.equal(faultOf('forecast-out-of-band', { sites: ['north'] }), undefined)
})
