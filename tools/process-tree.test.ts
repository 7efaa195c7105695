import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { commandOf, isRunning, processTree, signal } from './process-tree.ts'

const skip = existsSync('/proc/self/environ') ? false : 'orphans are found through /proc, which this system lacks'
/** Exits on its own, so that a failing test leaves nothing behind. */
const sleeper = 'setTimeout(() => {}, 20_000)'

test('a process whose parent was killed is still found, named and ended', { skip }, async () => {
  const tree = processTree()
  const parent = spawn(
    process.execPath,
    [
      '-e',
      `require('node:child_process').spawn(process.execPath, ['-e', '${sleeper}'], { detached: true, stdio: 'ignore' })
       console.log('up')
       ${sleeper}`,
    ],
    { env: { ...process.env, ...tree.env }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  await once(parent.stdout, 'data')
  const gone = once(parent, 'exit')
  parent.kill('SIGKILL')
  await gone
  const [orphan, ...more] = await tree.gone(100)
  assert.ok(orphan, 'the orphan is found')
  assert.deepEqual(more, [])
  assert.match(commandOf(orphan), /setTimeout/)
  tree.killAll()
  assert.deepEqual(await tree.gone(2_000), [])
  assert.equal(isRunning(orphan), false)
})

test('a tree without processes is gone at once', async () => {
  const tree = processTree()
  assert.deepEqual(tree.alive(), [])
  assert.deepEqual(await tree.gone(60_000), [])
})

test('a signal to a process that has exited returns false and does not throw', async () => {
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
  await once(child, 'exit')
  assert.equal(signal(child.pid as number, 0), false)
})
