import assert from 'node:assert/strict'
import { test } from 'node:test'
import { root } from './run-command.ts'
import { bundles, testFiles } from './test-files.ts'

test('every fast test file runs in exactly one bundle, and in the one of its innermost room', () => {
  const { fast } = testFiles(root)
  const all = bundles(fast)
  assert.deepEqual(all.flatMap(({ files }) => files).sort(), fast)
  const together = (file: string) => all.find(({ files }) => files.includes(file))?.name
  assert.equal(together('tools/test-files.test.ts'), together('tools/tidy.test.ts'))
  assert.match(together('src/sources/http/body.test.ts') ?? '', /^src\/sources\/http \(/)
  assert.match(together('src/sources/registry.test.ts') ?? '', /^src\/sources \(/)
  assert.match(together('src/config/config.test.ts') ?? '', /^src \(/)
})

test('a file of no known room runs alone', () => {
  assert.deepEqual(bundles(['cellar/a.test.ts', 'cellar/b.test.ts']), [
    { name: 'cellar/a.test.ts', files: ['cellar/a.test.ts'] },
    { name: 'cellar/b.test.ts', files: ['cellar/b.test.ts'] },
  ])
})
