import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFiltered, readAlertsPlace, writeAlertsPlace } from './address.ts'

test('a link to a list, its filters and an alert opens the same again', () => {
  const place = {
    list: 'shelved',
    site: 'north',
    rule: 'silent',
    severity: 'critical',
    owner: 'A B',
    alert: 'x',
  } as const
  assert.deepEqual(readAlertsPlace(writeAlertsPlace('?lang=de', place)), place)
  assert.match(writeAlertsPlace('?lang=de', place), /^\?lang=de&/)
})

test('the usual list has no parameters, and what no list has opens the usual one', () => {
  assert.equal(writeAlertsPlace('?list=all&alert=x', { list: 'needs-action' }), '')
  assert.deepEqual(readAlertsPlace('?list=nothing&severity=loud&site='), { list: 'needs-action' })
  assert.equal(isFiltered(readAlertsPlace('?list=all&alert=x')), false)
  assert.equal(isFiltered(readAlertsPlace('?owner=me')), true)
})
