/** Signs over MQTT with Mosquitto: retained, with expiry, and a will. The publishing process is really killed. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import { findPart, missing } from '../../tools/parts.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { type MqttSettings, publishSigns } from './mqtt-publisher.ts'
import { numberShown, signsUnderTest } from './testing/signs-under-test.ts'

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

/** On a separate port, with its own settings; `start` again after `stop` is the same broker without its memory. */
async function mosquitto(t: TestContext, settings = 'allow_anonymous true') {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-signs-'))
  const port = await freePort()
  const file = path.join(dir, 'conf')
  await writeFile(file, `user ${os.userInfo().username}\nlistener ${port} 127.0.0.1\n${settings}\n`)
  let broker: ChildProcess | undefined
  const start = () => {
    broker = spawn(findPart('mosquitto') as string, ['-c', file], { stdio: 'ignore' })
  }
  const stop = async () => {
    if (broker?.exitCode !== null) return
    const gone = once(broker, 'exit')
    broker.kill('SIGKILL')
    await gone
  }
  start()
  t.after(async () => {
    await stop()
    await rm(dir, { recursive: true, force: true })
  })
  return { port, dir, start, stop, pause: () => broker?.kill('SIGSTOP'), resume: () => broker?.kill('SIGCONT') }
}

const settingsFor = (port: number, more: Partial<MqttSettings> = {}): MqttSettings => ({
  ...{ url: `mqtt://127.0.0.1:${port}`, topic: 'town/signs', clientId: 'signs', expiryS: 30, ...more },
})

function publishing(t: TestContext, settings: MqttSettings) {
  const signs = signsUnderTest()
  const stop = new AbortController()
  const running = publishSigns({ settings, signs, clock: systemClock, log: silentLog }, stop.signal)
  const leave = () => {
    stop.abort()
    return running
  }
  t.after(leave)
  return { signs, leave }
}

/** What a controller that is subscribed has last received, by topic. */
async function controller(t: TestContext, port: number, login = {}) {
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5, reconnectPeriod: 100, ...login })
  t.after(() => client.endAsync(true))
  client.on('error', () => {})
  const last = new Map<string, string>()
  const expiries = new Map<string, number | undefined>()
  client.on('message', (topic, payload, { properties }) => {
    last.set(topic, payload.toString())
    expiries.set(topic, properties?.messageExpiryInterval)
  })
  // A broker that has just been started refuses the first connections.
  await new Promise<void>((resolve) => client.once('connect', () => resolve()))
  await client.subscribeAsync('town/signs/#', { qos: 1 })
  return { last, expiries }
}

/** What a controller that is switched on now is given. */
async function kept(port: number): Promise<Map<string, string>> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5 })
  const found = new Map<string, string>()
  client.on('message', (topic, payload) => found.set(topic, payload.toString()))
  await client.subscribeAsync('town/signs/#', { qos: 1 })
  await sleep(200)
  await client.endAsync(true)
  return found
}

async function until(condition: () => boolean | Promise<boolean>, what: string, ms = 20_000) {
  for (const end = Date.now() + ms; !(await condition()); await sleep(50))
    assert.ok(Date.now() < end, `not in time: ${what}`)
}

const text = 'town/signs/main/text'
const state = 'town/signs/main/state'
const status = 'town/signs/status'

describe('signs over MQTT', { skip: missing('mosquitto') }, () => {
  test('the status is offline until the signs are read, and online behind them', async (t) => {
    const { port } = await mosquitto(t)
    const { signs } = publishing(t, settingsFor(port))
    signs.load(false)
    const { last } = await controller(t, port)
    await until(() => last.has(status), 'the status')
    assert.deepEqual([...last], [[status, 'offline']])
    signs.set('main', numberShown(17))
    signs.load(true)
    await until(() => last.get(status) === 'online', 'online')
    assert.equal(last.get(text), '17')
  })

  test('a controller gets what is shown, with expiry, and each change of it', async (t) => {
    const { port } = await mosquitto(t)
    const { signs } = publishing(t, settingsFor(port))
    signs.set('main', numberShown(17))
    const { last, expiries } = await until(
      () =>
        kept(port).then(
          (all) => all.size === 3,
          () => false,
        ),
      'three topics',
    ).then(() => controller(t, port))
    await until(() => last.size === 3, 'retained messages')
    assert.deepEqual([last.get(text), last.get(status)], ['17', 'online'])
    const { at, ...shown } = JSON.parse(last.get(state) ?? '')
    assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000)
    assert.deepEqual(shown, {
      id: 'main',
      show: 'number',
      value: 17,
      text: '17',
      reason: 'counted',
      mode: 'auto',
      coverage: 0.95,
      age_s: 0,
    })
    for (const topic of [text, state, status]) assert.ok((expiries.get(topic) ?? 0) > 0, `${topic} expires`)
    signs.set('main', { show: 'full', value: null, reason: 'below-floor' })
    await until(() => last.get(text) === 'FULL', 'FULL')
    signs.ages.processing = 400_000
    await until(() => last.get(text) === '', 'blank')
    assert.equal((await kept(port)).get(text), undefined, 'a blank sign has no text that is kept')
    signs.ages.processing = 0
    await until(() => last.get(text) === 'FULL', 'FULL again')
    signs.remove('main')
    await until(async () => (await kept(port)).size === 1, 'nothing but the status is kept')
  })

  test('the number of a server that was killed vanishes, and its will shows that it is gone', async (t) => {
    const { port } = await mosquitto(t)
    const settings = settingsFor(port, { expiryS: 3 })
    const file = path.join(import.meta.dirname, 'testing/publishing-process.ts')
    const child = spawn(process.execPath, [file, JSON.stringify(settings), '23'], { stdio: 'ignore' })
    t.after(() => child.kill('SIGKILL'))
    await until(async () => (await kept(port).catch(() => new Map())).get(text) === '23', 'the number')
    // Published again before it expires: it stands longer than one expiry.
    for (let i = 0; i < 8; i++) {
      await sleep(400)
      assert.equal((await kept(port)).get(text), '23', `look ${i}`)
    }
    const { last } = await controller(t, port)
    await until(() => last.get(status) === 'online', 'online')
    child.kill('SIGKILL')
    await until(() => last.get(status) === 'offline', 'the will')
    await until(async () => [...(await kept(port)).keys()].join() === status, 'nothing but the status is left')
  })

  test('a server that stops in order blanks its signs', async (t) => {
    const { port } = await mosquitto(t)
    const { signs, leave } = publishing(t, settingsFor(port))
    signs.set('main', numberShown(17))
    await until(async () => (await kept(port).catch(() => new Map())).get(text) === '17', 'the number')
    await leave()
    const left = await kept(port)
    assert.deepEqual([left.get(text), left.get(status)], [undefined, 'offline'])
    assert.equal(JSON.parse(left.get(state) ?? '{}').show, 'blank')
  })

  test('a broker that was away gets what is shown now, never what was shown before', async (t) => {
    const broker = await mosquitto(t)
    const { signs } = publishing(t, settingsFor(broker.port))
    signs.set('main', numberShown(17))
    const { last } = await controller(t, broker.port)
    await until(() => last.get(text) === '17', 'the number')
    await broker.stop()
    signs.set('main', numberShown(5))
    last.clear()
    broker.start()
    const seen = new Set<string>()
    await until(() => {
      const now = last.get(text)
      if (now !== undefined) seen.add(now)
      return now === '5'
    }, 'the new number')
    assert.deepEqual([...seen], ['5'])
  })

  test('a broker that hangs is given up, and gets the newest number when it goes on', async (t) => {
    const broker = await mosquitto(t)
    const { signs } = publishing(t, settingsFor(broker.port))
    signs.set('main', numberShown(17))
    const { last } = await controller(t, broker.port)
    await until(() => last.get(text) === '17', 'the number')
    broker.pause()
    signs.set('main', numberShown(9))
    // Longer than an acknowledgement may take.
    await sleep(12_000)
    signs.set('main', numberShown(4))
    broker.resume()
    await until(() => last.get(text) === '4', 'the newest number')
  })

  test('the password comes from its file, with each connection', async (t) => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-signs-'))
    t.after(() => rm(dir, { recursive: true, force: true }))
    const [passwords, passwordFile] = [path.join(dir, 'passwords'), path.join(dir, 'password')]
    const hash = spawn('mosquitto_passwd', ['-b', '-c', passwords, 'panel', 'right'], { stdio: 'ignore' })
    const made = await Promise.race([
      once(hash, 'exit').then(([code]) => code === 0),
      once(hash, 'error').then(() => false),
    ])
    if (!made) return t.skip('mosquitto_passwd is not installed')
    await writeFile(passwordFile, 'wrong\n')
    const { port } = await mosquitto(t, `allow_anonymous false\npassword_file ${passwords}`)
    const { signs } = publishing(t, settingsFor(port, { username: 'panel', passwordFile }))
    signs.set('main', numberShown(17))
    const { last } = await controller(t, port, { username: 'panel', password: 'right' })
    await sleep(500)
    assert.equal(last.size, 0)
    await writeFile(passwordFile, 'right\n')
    await until(() => last.get(text) === '17', 'the number')
  })
})
