import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { root } from './run-command.ts'
import { bundles, testFiles } from './test-files.ts'

test('every fast test file runs in exactly one bundle, and in the one of its innermost room', () => {
  const { fast } = testFiles(root)
  const all = bundles(fast)
  assert.deepEqual(all.flatMap(({ files }) => files).sort(), fast)
  const together = (file: string) => all.find(({ files }) => files.includes(file))?.name
  assert.equal(together('tools/test-files.test.ts'), together('tools/tidy.test.ts'))
  for (const room of ['src/sources/http', 'src/sources', 'src/config']) {
    const inside = fast.filter((file) => path.posix.dirname(file) === room)
    assert.ok(inside.length > 1, `${room} has several files`)
    for (const file of inside) assert.match(together(file) ?? '', new RegExp(`^${room} \\(`))
  }
})

test('a file of no known room runs alone', () => {
  assert.deepEqual(bundles(['cellar/a.test.ts', 'cellar/b.test.ts']), [
    { name: 'cellar/a.test.ts', files: ['cellar/a.test.ts'] },
    { name: 'cellar/b.test.ts', files: ['cellar/b.test.ts'] },
  ])
})
