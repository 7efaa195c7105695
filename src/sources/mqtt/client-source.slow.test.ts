/** The client against Mosquitto, over refusals and restarts. Its fine behaviour is pinned in client-source.test.ts. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import mqtt from 'mqtt'
import { findPart, missing } from '../../../tools/parts.ts'
import { createFakeContext } from '../testing/fake-context.ts'
import { brokerPreflight } from './broker-preflight.ts'
import { type MqttClientOptions, mqttClientSource } from './client-source.ts'

function run(t: TestContext, options: MqttClientOptions) {
  const context = createFakeContext()
  const stop = new AbortController()
  const running = mqttClientSource(options).run(stop.signal, context)
  running.catch(() => {})
  const leave = () => {
    stop.abort()
    return running.catch(() => {})
  }
  t.after(leave)
  return {
    context,
    running,
    leave,
    up: () => context.until(() => context.states.some(({ state }) => state === 'up'), 5_000),
  }
}

async function mosquitto(t: TestContext, settings: string): Promise<number> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-mosquitto-'))
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  const file = path.join(dir, 'conf')
  await writeFile(file, `listener ${port} 127.0.0.1\nallow_anonymous true\n${settings}\n`)
  const broker = spawn(findPart('mosquitto') as string, ['-c', file], { stdio: 'ignore' })
  t.after(async () => {
    broker.kill('SIGKILL')
    await rm(dir, { recursive: true, force: true })
  })
  return port
}

test('the preflight reports for Mosquitto what its queue may lose, what it grants, and whether it keeps a session', {
  skip: missing('mosquitto'),
}, async (t) => {
  const ask = async (settings: string) => {
    const url = `mqtt://127.0.0.1:${await mosquitto(t, settings)}`
    const address = { url, clientId: 'baykeeper-test', topics: ['baykeeper/+/reading'] }
    for (let tries = 0; ; tries++) {
      try {
        return await brokerPreflight(address)
      } catch (fault) {
        if (tries === 50) throw fault
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }
  const usual = await ask('')
  assert.deepEqual(
    usual.warnings.filter((warning) => !warning.includes('max_queued_messages')),
    [],
  )
  assert.equal(usual.warnings.length, 1)
  assert.deepEqual([usual.figures['session_kept'], usual.figures['qos_granted']], [1, 1])
  const lossy = await ask('max_qos 0')
  assert.ok(lossy.warnings.some((warning) => /QoS 0 only/.test(warning)))
  const forgetful = await ask('persistent_client_expiration 1h\nsys_interval 1\nmax_queued_messages 0')
  assert.equal(forgetful.figures['session_kept'], 1)
})

test('Mosquitto keeps for us what it has acknowledged to the sensor, over refusals and restarts of the source', {
  skip: missing('mosquitto'),
}, async (t) => {
  const port = await mosquitto(t, 'max_queued_messages 0')
  const url = `mqtt://127.0.0.1:${port}`
  const sensor = mqtt.connect(url, { reconnectPeriod: 100 })
  sensor.on('error', () => {})
  await new Promise<void>((resolve) => sensor.once('connect', () => resolve()))
  t.after(() => sensor.endAsync(true))
  // The session exists from the first subscription on; what was published before it is not kept for us.
  const first = run(t, { url, clientId: 'baykeeper-test' })
  await first.up()
  await first.leave()
  const seen = new Set<string>()
  const total = 3_000
  let sent = 0
  const sending = (async () => {
    for (; sent < total; sent++) await sensor.publishAsync('baykeeper/A/reading', `{"seq":${sent}}`, { qos: 1 })
  })()
  for (let round = 0; seen.size < total && round < 200; round++) {
    const { context, running, leave } = run(t, { url, clientId: 'baykeeper-test' })
    if (round % 3 === 2) setTimeout(() => context.refuse('overload'), 20)
    await Promise.race([
      running.catch(() => {}),
      context
        .until(() => context.durable.length > 400 || seen.size + new Set(context.frames()).size >= total, 1_000)
        .catch(() => {}),
    ])
    await leave()
    for (const frame of context.frames()) seen.add(frame)
  }
  await sending
  assert.equal(seen.size, total)
})
