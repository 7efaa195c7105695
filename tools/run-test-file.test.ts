import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { isRunning } from './process-tree.ts'
import { type RunOptions, runTestFiles } from './run-test-file.ts'

let dir: string
before(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-planted-'))
})
after(() => rm(dir, { recursive: true, force: true }))

const head = `import test, { describe } from 'node:test'\n`
async function run(name: string, text: string, more: Partial<RunOptions> = {}) {
  const file = path.join(dir, `${name}.test.mjs`)
  await writeFile(file, head + text)
  const result = await runTestFiles(file, [file], { cwd: dir, limitMs: 20_000, leaveMs: 200, ...more })
  const { passed, failed, skipped, trouble } = result
  return { result, counts: [passed, failed, skipped], trouble }
}

describe('running a test file', { concurrency: 2 }, () => {
  test('counts what passed, failed and was skipped, with the reasons', async () => {
    const { result, counts, trouble } = await run(
      'mixed',
      `test('a', () => {})
       test('b', () => { throw new Error('planted') })
       test('c', { skip: 'no socat' }, () => {})
       test('d', { skip: 'no socat' }, () => {})
       describe('e', { skip: 'no broker' }, () => test('f', () => {}))`,
    )
    assert.deepEqual(counts, [1, 1, 3])
    assert.equal(trouble, undefined)
    assert.deepEqual(
      [...result.reasons],
      [
        ['no socat', 2],
        ['no broker', 1],
      ],
    )
    assert.match(result.output, /planted/)
  })

  test('a file that hangs is ended at its limit and the test it hung in is named', async () => {
    const { counts, trouble } = await run(
      'hangs',
      `test('fine', () => {})
       test('waits for ever', () => new Promise(() => setInterval(() => {}, 1_000)))`,
      { limitMs: 5_000 },
    )
    assert.deepEqual(counts, [0, 1, 0])
    assert.match(trouble ?? '', /^stopped after 5 s in: waits for ever$/)
  })

  test('a file that cannot be loaded has failed', async () => {
    const { counts, trouble } = await run('broken', `import './nowhere.ts'`)
    assert.deepEqual(counts, [0, 1, 0])
    assert.match(trouble ?? '', /ended without a result/)
  })

  test('a file that exits in the middle has failed', async () => {
    const { counts, trouble } = await run('exits', `test('a', () => process.exit(0))`)
    assert.deepEqual(counts, [0, 1, 0])
    assert.match(trouble ?? '', /ended without a result \(exit 0\)/)
  })

  test('a file without a test has failed', async () => {
    const { counts, trouble } = await run('empty', '')
    assert.deepEqual(counts, [0, 1, 0])
    assert.match(trouble ?? '', /ended without a result/)
    const suite = await run('hollow', `describe('nothing in it', () => {})`)
    assert.deepEqual(suite.counts, [0, 1, 0])
    assert.equal(suite.trouble, 'holds no test')
  })

  test('a file that leaves a process behind has failed, and the process is ended', async () => {
    const { counts, trouble } = await run(
      'leaks',
      `import { spawn } from 'node:child_process'
       test('starts something', () => {
         spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20_000)'], { detached: true, stdio: 'ignore' }).unref()
       })`,
    )
    assert.deepEqual(counts, [1, 1, 0])
    const [, pid] = /^left 1 processes behind:\n {2}(\d+) .*setTimeout/.exec(trouble ?? '') ?? []
    assert.ok(pid, trouble ?? 'no trouble')
    assert.equal(isRunning(Number(pid)), false)
  })

  test('a file whose output is held open by a process it left behind has failed, and the process is ended', async () => {
    const { counts, trouble } = await run(
      'holds',
      `import { spawn } from 'node:child_process'
       test('starts something', () => {
         spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20_000)'], { detached: true, stdio: 'inherit' }).unref()
       })`,
      { exitMs: 1_000 },
    )
    assert.deepEqual(counts, [1, 1, 0])
    const [, pid] = /^did not end within 1 s of its last test:\n {2}(\d+) .*setTimeout/.exec(trouble ?? '') ?? []
    assert.ok(pid, trouble ?? 'no trouble')
    assert.equal(isRunning(Number(pid)), false)
  })

  test('a file whose tests pass and whose process ends with another code than 0 has failed', async () => {
    const { counts, trouble } = await run('code', `test('a', () => { process.exitCode = 3 })`)
    assert.deepEqual(counts, [1, 1, 0])
    assert.equal(trouble, 'no test failed, but it ended with exit 3')
  })

  test('counts the files of a bundle together, and names one in which no test ran', async () => {
    const files = ['one', 'two', 'none'].map((name) => path.join(dir, `bundle-${name}.test.mjs`))
    const [one, two, none] = files as [string, string, string]
    await writeFile(one, `${head}test('a', () => {})`)
    await writeFile(two, `${head}test('a', () => { throw new Error('planted') })`)
    await writeFile(none, head)
    const options = { cwd: dir, limitMs: 20_000, leaveMs: 200 }
    const both = await runTestFiles('both', [one, two], options)
    assert.deepEqual([both.file, both.passed, both.failed, both.trouble], ['both', 1, 1, undefined])
    const { trouble } = await runTestFiles('all', [one, none], options)
    assert.equal(trouble, `no test ran in ${none}`)
    const named = [one, none].map((file) => path.relative(dir, file))
    assert.equal((await runTestFiles('all', named, options)).trouble, `no test ran in ${named[1]}`)
  })
})
