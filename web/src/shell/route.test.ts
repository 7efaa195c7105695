import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routeOf, routes } from './route.ts'

test('every page of the desk has its own address, with or without a slash at the end', () => {
  for (const [route, path] of Object.entries(routes)) {
    assert.equal(routeOf(path), route)
    assert.equal(routeOf(`${path}/`), route)
  }
})

test('the pages of the desk are at the addresses that are linked from elsewhere', () => {
  const known = {
    ...{ '/desk': 'live', '/desk/alerts': 'alerts', '/desk/alerts/rules/stuck': 'rules', '/desk/forecast': 'forecast' },
    ...{ '/desk/reports': 'reports', '/desk/pipeline': 'pipeline', '/desk/losses': 'losses' },
    ...{ '/desk/dead-letters': 'deadLetters', '/desk/settings': 'settings', '/desk/users': 'users' },
    ...{ '/desk/sources': 'sources', '/desk/keys': 'accessKeys', '/desk/account': 'account' },
    ...{ '/desk/welcome': 'welcome', '/desk/signs': 'signs', '/desk/notifications': 'notifications' },
  }
  for (const [address, page] of Object.entries(known)) assert.equal(routeOf(address), page, address)
})

test('an address that no page has opens the Live page', () => {
  assert.equal(routeOf('/desk/nothing'), 'live')
  assert.equal(routeOf('/'), 'live')
})
