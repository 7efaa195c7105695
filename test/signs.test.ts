/** Signs of a real server: what panels read over HTTP, Modbus and MQTT, through kills, and the same rows after a rebuild. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { routes } from '@baykeeper/contract/routes.ts'
import modbusSerial from 'modbus-serial'
import mqtt from 'mqtt'
import { findPart, missing } from '../tools/parts.ts'
import { runCli } from './fixtures/cli.ts'
import { drainedLedger } from './fixtures/readings.ts'
import { apiKey, apiOf, ingestToken, type ReadyFile, startServer } from './fixtures/server.ts'

const ids = ['a', 'b', 'c', 'd']
const layout = {
  ...{ name: 'Harbour City', bay_w: 2.5, bay_h: 5 },
  sites: [
    {
      ...{ id: 'south', name: 'South Garage', zone: 'Europe/Berlin' },
      levels: [
        {
          ...{ id: 'l0', name: 'Ground', x: 0, y: 0, w: 100, h: 50, zones: [] },
          bays: ids.map((id, i) => ({ id, x: i * 3, y: 0, types: ['standard' as const], zones: [], devices: [id] })),
        },
      ],
    },
  ],
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

async function until(condition: () => Promise<boolean>, what: string) {
  for (const end = Date.now() + 60_000; !(await condition().catch(() => false)); await sleep(100))
    assert.ok(Date.now() < end, `not in time: ${what}`)
}

let seq = 0
async function report({ ingest }: ReadyFile, states: Readonly<Record<string, boolean>>) {
  const headers = { authorization: `Bearer ${ingestToken}`, 'content-type': 'application/json' }
  const frames = Object.entries(states).map(([device, occupied]) => ({ device, occupied, seq: ++seq }))
  const { status } = await fetch(`${ingest}/ingest/v1`, { method: 'POST', headers, body: JSON.stringify(frames) })
  assert.equal(status, 202)
}

const textOf = async ({ web }: ReadyFile) => {
  const answer = await fetch(`${web}/api/v1/signs/main/text`, { headers: { authorization: `Bearer ${apiKey}` } })
  return answer.status === 200 ? answer.text() : `status ${answer.status}`
}

async function registers(port: number): Promise<readonly number[]> {
  const modbus = new modbusSerial.default()
  await modbus.connectTCP('127.0.0.1', { port })
  try {
    modbus.setID(1)
    modbus.setTimeout(5_000)
    return (await modbus.readInputRegisters(100, 2)).data
  } finally {
    modbus.close(() => {})
  }
}

async function broker(t: TestContext, dir: string): Promise<{ port: number; last: Map<string, string> }> {
  const port = await freePort()
  const conf = path.join(dir, 'mosquitto.conf')
  await writeFile(conf, `user ${userInfo().username}\nlistener ${port} 127.0.0.1\nallow_anonymous true\n`)
  const mosquitto = spawn(findPart('mosquitto') as string, ['-c', conf], { stdio: 'ignore' })
  t.after(() => mosquitto.kill('SIGKILL'))
  const panel = mqtt.connect(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5, reconnectPeriod: 100 })
  t.after(() => panel.endAsync(true))
  panel.on('error', () => {})
  const last = new Map<string, string>()
  panel.on('message', (topic, payload) => last.set(topic, payload.toString()))
  await new Promise<void>((resolve) => panel.once('connect', () => resolve()))
  await panel.subscribeAsync('baykeeper/signs/#', { qos: 1 })
  return { port, last }
}

test('panels read the same over HTTP, Modbus and MQTT, through kills of every process, and a rebuild makes the same rows', {
  skip: missing('mosquitto'),
}, async (t) => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'signs-'))
  t.after(() => rm(dataDir, { recursive: true, force: true }))
  const [{ port: mqttPort, last }, modbusPort] = [await broker(t, dataDir), await freePort()]
  const config = path.join(dataDir, 'baykeeper.yaml')
  const signs = {
    mqtt: { url: `mqtt://127.0.0.1:${mqttPort}` },
    modbus: { port: modbusPort, registers: { main: 100 } },
  }
  await writeFile(config, JSON.stringify({ signs }))
  const file = path.join(dataDir, 'signs.yaml')
  await writeFile(file, 'signs:\n  - id: main\n    name: Main\n    places: [{ site: south }]\n    min_change_s: 0\n')
  await (async () => {
    await using server = await startServer({ dataDir, flags: ['--config', config] })
    const everywhere = async (text: string, show: number, value: number) => {
      await until(async () => (await textOf(server.ready)) === text, `text ${text}`)
      await until(async () => (await registers(modbusPort)).join() === `${show},${value}`, `registers ${show},${value}`)
      await until(async () => last.get('baykeeper/signs/main/text') === text, `topic ${text}`)
    }
    await apiOf(server.ready.web).answer(routes.publishLayout, { body: layout })
    await report(server.ready, Object.fromEntries(ids.map((id) => [id, false])))
    const applied = await runCli(['signs', 'apply', file, '--json', '--to', server.ready.web, '--api-key', apiKey])
    assert.equal(applied.code, 0, applied.stderr)
    await everywhere('4', 1, 4)
    await report(server.ready, { a: true })
    await everywhere('3', 1, 3)
    for (const name of ['processor', 'web', 'intake'] as const) {
      const old = await server.kill(name)
      await server.back(name, old)
      await everywhere('3', 1, 3)
    }
    await report(server.ready, { b: true, c: true, d: true })
    await everywhere('FULL', 2, 65_535)
    await apiOf(server.ready.web).call(routes.setSignMode, {
      params: { id: 'main' },
      body: { mode: 'closed', reason: 'a test' },
    })
    await everywhere('CLOSED', 3, 65_535)
    const shown = await runCli(['signs', 'show', 'main', '--to', server.ready.web, '--api-key', apiKey])
    assert.match(shown.stdout, /^main +CLOSED +mode +closed +Main\n/)
    await server.stop()
    await until(async () => last.get('baykeeper/signs/status') === 'offline', 'offline')
    assert.equal(last.get('baykeeper/signs/main/text'), '')
  })()
  await drainedLedger(dataDir).catch(() => {})
  const sums = async (args: readonly string[]) => {
    const { code, stdout, stderr } = await runCli(args)
    assert.equal(code, 0, stderr)
    const { data } = JSON.parse(stdout) as { data: { tables: { table: string; rows: number; checksum: string }[] } }
    return data.tables.filter(({ table }) => table === 'sign' || table === 'sign_change')
  }
  const before = await sums(['checksum', '--json', '--data', dataDir])
  const into = `sqlite:${path.join(dataDir, 'beside.db')}`
  assert.deepEqual(await sums(['rebuild', '--json', '--data', dataDir, '--into', into]), before)
  assert.deepEqual(
    before.map(({ rows }) => rows),
    [1, 6],
  )
})
