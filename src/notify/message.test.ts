import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ruleTextsDe } from '@baykeeper/contract/rule-texts-de.ts'
import { builtInRules } from '../domain/alerts/rules/list.ts'
import type { NotifiedEvent } from './delivery.ts'
import { messageOf } from './message.ts'

const event: NotifiedEvent = {
  ...{ alert: 'a', event: 'raised', at: Date.parse('2026-11-30T09:00:00Z'), author: '', comment: '' },
  ...{ severity: 'critical', rule: 'gateway-offline', site: 'harbour', title: 'Gateway is offline' },
  text: 'Gateway G-1 is offline.',
}

function sent(title: string, locale: 'en' | 'de', kind: 'alert' | 'digest' = 'alert') {
  const taken = { key: 'k', channel: 'c', kind, attempt: 1, isFixed: false, events: [{ ...event, title }], count: 1 }
  return messageOf({ ...taken, beganAt: 0 }, { locale, timeZone: 'UTC' })
}

test('a German channel reads the title of a built-in rule in German, in a list too', () => {
  assert.equal(sent('Gateway is offline', 'de').title, 'Ausgelöst: Gateway ist ausgefallen (harbour)')
  assert.match(sent('Gateway is offline', 'de', 'digest').lines.join(), /Gateway ist ausgefallen/)
  assert.equal(sent('Gateway is offline', 'en').title, 'Raised: Gateway is offline (harbour)')
})

test('a title that a person has written is sent as it is', () => {
  for (const title of ['Ramp closed', 'toString'])
    assert.equal(sent(title, 'de').title, `Ausgelöst: ${title} (harbour)`)
})

test('every built-in rule that is raised by the server has a German title and next steps', () => {
  const texts = builtInRules.flatMap(({ defaults: { title, next } }) => (next === '' ? [] : [title, next]))
  assert.deepEqual(
    texts.filter((text) => !Object.hasOwn(ruleTextsDe, text)),
    [],
  )
})
