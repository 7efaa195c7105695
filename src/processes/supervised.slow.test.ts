/** The supervisor with its real children, through what it offers to `start`. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentLog } from '../lib/log.ts'
import { bindPort } from './bound-sockets.ts'
import type { ChildSettings } from './messages.ts'
import { createSupervisor, type SupervisorOptions } from './supervisor.ts'
import { childDirectory, childSettings } from './testing/child-under-test.ts'
import type { WorkerFailed } from './worker.ts'

async function supervised(
  t: TestContext,
  more: Partial<ChildSettings['config']> = {},
  options: Partial<SupervisorOptions> = {},
) {
  const dataDir = await childDirectory()
  const web = await bindPort('127.0.0.1', { label: 'web', flag: '--port', port: 0, mayMove: false })
  t.after(() => web.socket.close())
  const { role: _role, listeners: _listeners, udpPorts, fence: _fence, ...settings } = childSettings(dataDir, 'web')
  const spawned: [string, number][] = []
  const supervisor = createSupervisor({
    settings: {
      ...settings,
      config: { ...settings.config, forecast: { ...settings.config.forecast, enabled: false }, ...more },
    },
    listeners: { web: web.fd },
    ...{ udpPorts, log: silentLog },
    onSpawn: (role, pid) => spawned.push([role, pid]),
    ...options,
  })
  t.after(() => supervisor.stop())
  return { supervisor, spawned, dataDir, base: `http://127.0.0.1:${web.port}` }
}

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
async function until(what: string, look: () => boolean | Promise<boolean>) {
  for (const end = performance.now() + 60_000; !(await look()); await sleep(20))
    assert.ok(performance.now() < end, `still not: ${what}`)
}

test('all children are ready after the start, one that is killed comes back, and none is left after the stop', async (t) => {
  const { supervisor, spawned, base } = await supervised(t)
  assert.equal(supervisor.hasListened('web'), false)
  // On a busy machine it does not wait for the others for longer than some seconds; intake it always waits for.
  assert.equal((await supervisor.start()).includes('intake'), false)
  await until('all have listened', () => (['intake', 'processor', 'web'] as const).every(supervisor.hasListened))
  assert.deepEqual(Object.keys(supervisor.pids()).sort(), ['intake', 'processor', 'web'])
  assert.deepEqual(supervisor.udpPorts(), {})
  await until('the figures of all reach the page', async () => (await fetch(`${base}/readyz`)).status === 200)
  const killed = supervisor.pids().web as number
  process.kill(killed, 'SIGKILL')
  await until('another process', () => ![killed, undefined].includes(supervisor.pids().web))
  // Its socket is held here: a request that comes while it is away waits and is answered.
  assert.equal((await fetch(`${base}/healthz`)).status, 200)
  await supervisor.stop()
  assert.deepEqual(
    spawned.filter(([, pid]) => isRunning(pid)),
    [],
  )
  assert.equal(spawned.filter(([role]) => role === 'web').length, 2)
})

test('a change of the simulated city is refused where no city is simulated, and before intake runs', async (t) => {
  const { supervisor } = await supervised(t)
  const early = await supervisor.publishDemo(Uint8Array.of(1))
  assert.equal(!early.ok && early.reason, 'unavailable')
  await supervisor.start()
  const answer = await supervisor.publishDemo(Uint8Array.of(1))
  assert.deepEqual(answer, { ok: false, reason: 'refused', message: 'no simulated city is running' })
})

test('a database that refuses its settings for good is reported to who starts the server; intake goes on', async (t) => {
  const refused: WorkerFailed[] = []
  const { supervisor } = await supervised(
    t,
    { store: `sqlite:${path.join(import.meta.dirname, 'supervisor.ts')}` },
    { onRefused: (fault) => refused.push(fault) },
  )
  supervisor.start().catch(() => {})
  await until('the refusal', () => refused.length > 0)
  assert.match(refused[0]?.message ?? '', /not a database|SQLite/i)
  await until('intake is ready', () => supervisor.hasListened('intake'))
})

test('without a database the server starts, reports which process waits, and takes readings in meanwhile', async (t) => {
  const { supervisor, base } = await supervised(t, { store: 'mysql://baykeeper:secret@127.0.0.1:1/baykeeper' })
  // The page may need longer on a busy machine; the processor cannot be ready.
  const waiting = await supervisor.start()
  assert.deepEqual([waiting.includes('processor'), waiting.includes('intake')], [true, false])
  await until('the page listens', () => supervisor.hasListened('web'))
  assert.equal((await fetch(`${base}/readyz`)).status, 503)
  const status = await fetch(`${base}/healthz`)
  assert.equal(status.status, 200)
  assert.ok(supervisor.pids().intake)
})
