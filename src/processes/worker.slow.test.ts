/** One child process, with real children that do as little as they can. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { describe, test } from 'node:test'
import { silentLog } from '../lib/log.ts'
import { createWorker, type WorkerOptions } from './worker.ts'

/** Reports that it is ready, and leaves when it is asked to. */
const obedient = `process.send({ type: 'ready' }); process.on('message', ({ type }) => type === 'stop' && process.exit(0))`
/** Never leaves. */
const deaf = `process.send({ type: 'ready' }); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)`
const failing = `process.send({ type: 'failed', message: 'no such database', fault: 'config' }, () => process.exit(1))`

function workerOf(scripts: readonly string[], more: Partial<WorkerOptions> = {}) {
  const pids: number[] = []
  let launched = 0
  const worker = createWorker({
    role: 'web',
    log: silentLog,
    leaveMsMax: 60_000,
    spawn: () => {
      const script = scripts[Math.min(launched++, scripts.length - 1)] as string
      return spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    },
    onSpawn: (pid) => pids.push(pid),
    onMessage: () => {},
    onExit: () => {},
    ...more,
  })
  return { worker, pids }
}
const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
async function until(what: string, look: () => boolean) {
  for (let tries = 0; !look(); tries++) {
    assert.ok(tries < 2_000, `still not: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

describe('a worker', () => {
  test('names the process at the moment it is spawned, before it has done anything', async () => {
    const { worker, pids } = workerOf([obedient])
    worker.launch()
    assert.deepEqual(pids, [worker.pid])
    await worker.stop()
  })

  test('launches another process when one is killed, and none after a stop', async () => {
    const { worker, pids } = workerOf([obedient])
    worker.launch()
    await worker.ready()
    process.kill(pids[0] as number, 'SIGKILL')
    await until('a second process is ready', () => pids.length === 2 && worker.state.is === 'ready')
    await worker.stop()
    assert.equal(worker.state.is, 'ended')
    assert.deepEqual(pids.filter(isRunning), [])
    worker.launch()
    assert.equal(pids.length, 2)
  })

  test('a stop right after a fall leaves no process: the one that was due is not launched', async () => {
    const { worker, pids } = workerOf([obedient])
    worker.launch()
    await worker.ready()
    process.kill(pids[0] as number, 'SIGKILL')
    await until('it has fallen', () => worker.pid !== pids[0])
    await worker.stop()
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.deepEqual(pids.filter(isRunning), [])
    assert.equal(worker.state.is, 'ended')
  })

  test('a child that is still starting, and reads no message yet, is ended at once', async () => {
    const { worker, pids } = workerOf(['while (true);'])
    worker.launch()
    await worker.stop()
    assert.deepEqual(pids.filter(isRunning), [])
  })

  test('a child that does not leave is ended by force', async () => {
    const { worker, pids } = workerOf([deaf], { leaveMsMax: 50 })
    worker.launch()
    await worker.ready()
    await worker.stop()
    assert.deepEqual(pids.filter(isRunning), [])
  })

  test('a child that reports a fault of the configuration rejects with it', async () => {
    const { worker } = workerOf([failing, deaf], { leaveMsMax: 50 })
    worker.launch()
    await assert.rejects(worker.ready(), (fault: Error & { fault?: string }) => {
      assert.match(fault.message, /web: no such database/)
      return fault.fault === 'config'
    })
    await worker.stop()
  })

  test('a program that cannot be started is tried again', async () => {
    let tries = 0
    const { worker } = workerOf([], {
      leaveMsMax: 50,
      spawn: () =>
        spawn(`${import.meta.dirname}/no-such-program-${++tries}`, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }),
    })
    worker.launch()
    await assert.rejects(worker.ready())
    await until('a second try', () => tries >= 2)
    await worker.stop()
  })

  test('a renewed worker has another process, and is ready again', async () => {
    const { worker, pids } = workerOf([obedient])
    worker.launch()
    await worker.ready()
    await worker.renew()
    assert.equal(worker.state.is, 'ready')
    assert.equal(pids.length, 2)
    assert.deepEqual(pids.filter(isRunning), [pids[1]])
    await worker.stop()
  })
})
