/** How a lane starts its threads, and what that costs a script. */
import assert from 'node:assert/strict'
import { syncBuiltinESMExports } from 'node:module'
import { type TestContext, test } from 'node:test'
import workerThreads, { type WorkerOptions } from 'node:worker_threads'
import type { ScriptFrame } from '../codecs/lorawan/script-answer.ts'
import { clockLimits, scriptOf } from './script.ts'
import { createScriptCheck } from './script-check.ts'
import { createScriptLane } from './script-lane.ts'

const { Worker } = workerThreads
const frames: readonly ScriptFrame[] = [1, 2].map((byte) => ({ bytes: Uint8Array.of(byte), fPort: 1, recvTime: 1 }))
const script = scriptOf('function decodeUplink(input) { return { data: { n: input.bytes[0] } } }')
const decoded = [{ data: { n: 1 } }, { data: { n: 2 } }]

function withWorker(t: TestContext, other: typeof Worker) {
  const put = (worker: typeof Worker) => {
    workerThreads.Worker = worker
    syncBuiltinESMExports()
  }
  put(other)
  t.after(() => put(Worker))
}
function laneOf(t: TestContext, limits?: Parameters<typeof createScriptLane>[0]) {
  const lane = createScriptLane(limits)
  t.after(() => lane.close())
  return lane
}

/** Threads that cannot be started, until the test reports so. */
function withoutThreads(t: TestContext) {
  const machine = { refuses: true, refused: 0 }
  withWorker(
    t,
    class extends Worker {
      constructor(file: string | URL, options?: WorkerOptions) {
        if (machine.refuses) {
          machine.refused++
          throw new Error('ERR_WORKER_INIT_FAILED: EAGAIN')
        }
        super(file, options)
      }
    },
  )
  return machine
}

test('a machine without threads: frames are answered as not run, and the next job is tried again', async (t) => {
  const machine = withoutThreads(t)
  const lane = laneOf(t)
  const answers = await lane.run(script, frames)
  assert.equal(answers.length, 2)
  for (const { failed, ended } of answers) {
    assert.match(failed ?? '', /it was not run, as no thread could be started: .*EAGAIN/)
    assert.equal(ended, undefined, 'the script is not blamed')
  }
  assert.ok(machine.refused > 1, 'it was tried more than once')
  machine.refuses = false
  assert.deepEqual(await lane.run(script, frames), decoded)
})

test('a script that could not be tried is not taken for a good one', async (t) => {
  withoutThreads(t)
  await using check = createScriptCheck()
  assert.match((await check.check(script.text)) ?? '', /it was not run/)
})

test('a job that is refused keeps none behind it from being tried', async (t) => {
  const lane = laneOf(t)
  const broken = [{ ...frames[0], fPort: () => 1 }] as unknown as readonly ScriptFrame[]
  await assert.rejects(lane.run(script, broken), /could not be cloned/)
  assert.deepEqual(await lane.run(script, frames), decoded)
})

test('the start of a thread is not charged to the script', async (t) => {
  const late = 'data:text/javascript,await new Promise((resolve) => setTimeout(resolve, 600))'
  withWorker(
    t,
    class extends Worker {
      constructor(file: string | URL, options?: WorkerOptions) {
        super(file, { ...options, execArgv: ['--import', late] })
      }
    },
  )
  const lane = laneOf(t, { ...clockLimits, loadMs: 300 })
  assert.deepEqual(await lane.run(script, frames), decoded)
})

test('a thread that stands still costs a frame nothing but time: it is tried again with more of it', async (t) => {
  const lane = laneOf(t, { callMs: 20, loadMs: 20, tries: 6, patience: 4 })
  const slow = scriptOf(
    'for (var i = 0; i < 1e6; i++); function decodeUplink(i) { for (var j = 0; j < 2e5; j++); return { data: { n: i.bytes[0] } } }',
  )
  assert.deepEqual(await lane.run(slow, frames), decoded)
})

test('what a machine is too slow for is no finding about the script', async (t) => {
  const lane = laneOf(t, { callMs: 20, loadMs: 20, tries: 1, patience: 1 })
  const slow = scriptOf('for (var i = 0; i < 2e6; i++); function decodeUplink() { return {} }')
  const [answer] = await lane.run(slow, frames)
  assert.match(answer?.failed ?? '', /it was not run, as its thread stood still for 20 ms/)
  assert.equal(answer?.ended, undefined)
  assert.equal(answer?.notRun, true)
})
