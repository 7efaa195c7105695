import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idFromPath, idInPath } from './path-id.ts'

test('every id comes back from its path as it was, through the URL of a client', () => {
  for (const id of ['.', '..', '~.', '~..', '~~..', '~', '...', 'a/b', '%2e%2e', 'ä 😀', 'A-1', '~A']) {
    const { pathname } = new URL(`http://localhost/bays/${encodeURIComponent(idInPath(id))}/sessions`)
    const [, , segment = ''] = pathname.split('/')
    assert.equal(idFromPath(decodeURIComponent(segment)), id, pathname)
  }
})
