import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routeOf, routes } from './route.ts'

test('every page of the desk has an address of its own, with or without a slash at the end', () => {
  for (const [route, path] of Object.entries(routes)) {
    assert.equal(routeOf(path), route)
    assert.equal(routeOf(`${path}/`), route)
  }
})

test('an address that no page has opens the Live page', () => {
  assert.equal(routeOf('/desk/nothing'), 'live')
  assert.equal(routeOf('/'), 'live')
})
