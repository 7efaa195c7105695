import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitOf, openFilesMax } from './open-files.ts'

test('the soft limit is read, unlimited is a number too, and other text is none', () => {
  const line =
    'Max cpu time  unlimited unlimited seconds\nMax open files            600                  4096                 files\n'
  assert.equal(limitOf(line), 600)
  assert.equal(limitOf('Max open files   unlimited  unlimited  files'), Number.MAX_SAFE_INTEGER)
  assert.equal(limitOf('nothing of the kind'), undefined)
  assert.ok(openFilesMax() > 16)
})
