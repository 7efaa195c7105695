import assert from 'node:assert/strict'
import { test } from 'node:test'
import { de } from '../../i18n/de.ts'
import { createWords } from '../../i18n/words.ts'
import { createFloor } from '../../plan/floor.ts'
import { samplePlan } from '../../plan/sample-plan.ts'
import { amount, limitText, openMs, placeText, stepsIn, subjectText, valueText } from './alert-view.ts'
import type { AlertsWords } from './alerts-words.ts'
import { alertsDe } from './de.ts'
import { type AlertsKey, alertsEn } from './en.ts'
import { sampleAlert } from './testing/sample-alert.ts'

const en: AlertsWords = {
  ...createWords('en').with<AlertsKey>(alertsEn),
  ofRule: (text) => text,
  sentence: (text) => text,
  isTranslated: () => false,
}
const german: AlertsWords = {
  ...createWords('de', de).with<AlertsKey>(alertsDe),
  ofRule: (text) => text,
  sentence: (text) => text,
  isTranslated: () => false,
}
const raised = Date.parse('2026-11-23T08:00:00.000Z')

test('the age of an alert stops when it clears', () => {
  const alert = sampleAlert({ id: 'a' })
  assert.equal(openMs(alert, raised + 90_000), 90_000)
  assert.equal(openMs({ ...alert, cleared: '2026-11-23T08:01:00.000Z' }, raised + 90_000), 60_000)
  assert.equal(openMs(alert, raised - 5_000), 0)
})

test('an overstay shows what is over the time that is allowed, others their value', () => {
  assert.equal(valueText(en, sampleAlert({ id: 'a' }), raised + 47 * 60_000), '+47\u00a0min')
  const full = sampleAlert({ id: 'b', kind: 'site-nearly-full', value: 91.4, limit: 90, unit: '%' })
  assert.equal(valueText(en, full, raised), '91.4\u00a0%')
  assert.equal(limitText(en, full), 'limit 90\u00a0%')
  assert.equal(valueText(en, { ...full, value: null }, raised), undefined)
  assert.equal(limitText(en, { ...full, limit: null }), undefined)
})

test('amounts are written in the unit of the rule and the language of the reader', () => {
  assert.equal(amount(en, 1, 'bays'), '1 bay')
  assert.equal(amount(german, 214, 'devices'), '214 Geräte')
  assert.equal(amount(en, 125, 'min'), '2\u00a0h 5\u00a0min')
  assert.equal(amount(german, 1.5, 'V'), '1,5\u00a0V')
  assert.equal(amount(en, 3, ''), '3')
})

test('a place is named by its lot and level, and by its ids where the plan has no such place', () => {
  const floor = createFloor(samplePlan(2, 10))
  const plate = floor.plates[0]
  assert.ok(plate)
  const alert = sampleAlert({ id: 'a', site: plate.site, level: plate.level })
  assert.match(placeText(alert, floor), /^S0-001 · .+, .+/)
  assert.equal(placeText({ ...alert, site: 'gone', level: 'l9' }, floor), 'S0-001 · gone, l9')
  assert.equal(placeText({ ...alert, subject: 'system', site: null, level: null }, floor), '')
  assert.equal(
    placeText({ ...alert, subject: 'place', subject_id: 'north', site: 'north', level: null }, undefined),
    'north',
  )
})

test('the steps of a rule are its lines, or its sentences where it has one line', () => {
  assert.deepEqual(stepsIn('Check power. Then call.'), ['Check power.', 'Then call.'])
  assert.deepEqual(stepsIn('Call e.g. the owner. Wait.\nGo.'), ['Call e.g. the owner. Wait.', 'Go.'])
  assert.deepEqual(stepsIn('  '), [])
})

test('every kind of subject has a name, and none shows how its id is written', () => {
  const zone = { subject: 'count-zone', subject_id: '["har","yard","gates"]', site: 'har', level: 'yard' } as const
  const of = (more: Partial<ReturnType<typeof sampleAlert>>) => placeText(sampleAlert({ id: 'a', ...more }), undefined)
  assert.equal(of(zone), 'gates · har, yard')
  assert.equal(of({ ...zone, subject: 'place', subject_id: 'har/yard/ev' }), 'ev · har, yard')
  assert.equal(of({ ...zone, subject: 'place', subject_id: 'har/yard' }), 'har, yard')
  assert.equal(of({ subject: 'place', subject_id: 'city', site: null, level: null }), 'city')
  assert.equal(of({ subject: 'gateway', subject_id: 'http GW-1', site: null, level: null }), 'http GW-1')
  assert.equal(subjectText('[A'), '[A')
})
