import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readMoment, timedRoutes, writeMoment } from './moment.ts'
import { routes } from './route.ts'

const now = Date.parse('2026-11-23T12:00:00Z')

test('a moment is read as it was written, beside other parameters', () => {
  const at = Date.parse('2026-11-23T08:15:00Z')
  const search = writeMoment('?site=north', at)
  assert.equal(new URLSearchParams(search).get('site'), 'north')
  assert.equal(readMoment(search, now), at)
  assert.equal(writeMoment(search, undefined), '?site=north')
  assert.equal(writeMoment(writeMoment('', at), undefined), '')
})

test('what is no moment, or one to come, is the present', () => {
  for (const search of ['', '?then=', '?then=yesterday', '?then=2026-11-23T12:00:01Z'])
    assert.equal(readMoment(search, now), undefined, search)
})

test('every page that can show a past moment is a page of the desk', () => {
  for (const route of timedRoutes) assert.ok(route in routes, route)
})
