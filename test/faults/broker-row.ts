/**
 * Brokers that restart, clients that are thrown out by one of the same id, messages sent twice, packet ids that wrap, an intake that
 * refuses. Behind a real Mosquitto our client must deliver everything that the broker has acknowledged to a sensor; the built-in broker must
 * have synced everything that it has acknowledged.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt, { type MqttClient } from 'mqtt'
import { mqttBrokerSource } from '../../src/sources/mqtt/broker-source.ts'
import { mqttClientSource } from '../../src/sources/mqtt/client-source.ts'
import { publish, rawClient } from '../../src/sources/mqtt/raw-client.ts'
import { scriptedBroker } from '../../src/sources/mqtt/scripted-broker.ts'
import { runSource } from '../../src/sources/runner.ts'
import { missing } from '../../tools/parts.ts'
import type { FaultRow } from './fault-row.ts'
import { freePort, startMosquitto } from './mosquitto.ts'
import { createRandom } from './random.ts'
import { createSinkContext, runFor, type SinkContext } from './sink-context.ts'

const publishers = 3
const faultsEach = 5
const settleMsMax = 20_000
const roundMs = 10_000
const clientId = 'baykeeper-under-fault'
const topic = 'baykeeper/sensor/reading'
const tokens = { ingest: () => undefined }

export const brokerRow: FaultRow = {
  name: 'broker restarts, takeovers, duplicates, id wrap',
  full: 50,
  long: 2_000,
  unit: 'faults',
  passesWhen: '0 lost of what the broker acknowledged',
  async run({ budgetMs, firstSeed, onProgress }) {
    const skipped = missing('mosquitto')
    if (skipped) return { reached: 0, failures: [], skipped }
    const began = performance.now()
    const failures: { seed: number; what: string }[] = []
    let reached = 0
    let acknowledged = 0
    let repeated = 0
    const rounds = [behindMosquitto, atOurBroker, acrossTheWrap]
    for (
      let seed = firstSeed;
      seed < firstSeed + rounds.length || performance.now() - began + roundMs < budgetMs;
      seed++
    ) {
      const round = rounds[seed % rounds.length] as (typeof rounds)[number]
      try {
        const found = await round(seed)
        acknowledged += found.acknowledged
        repeated += found.repeated
        reached += found.faults
      } catch (error) {
        failures.push({ seed, what: `${round.name}: ${(error as Error).stack}` })
      }
      onProgress?.(reached)
      if (failures.length > 3 || reached >= brokerRow.long) break
    }
    const figures = (count: number) => count.toLocaleString('en')
    return {
      reached,
      failures,
      note: `${figures(acknowledged)} messages acknowledged, ${figures(repeated)} came twice`,
    }
  },
}

interface Found {
  readonly faults: number
  readonly acknowledged: number
  readonly repeated: number
}

/** Durable frames, and how often each. */
function createHome() {
  const home = new Map<string, number>()
  const context = createSinkContext({ onFrame: (text) => home.set(text, (home.get(text) ?? 0) + 1) })
  return { home, context }
}

async function behindMosquitto(seed: number): Promise<Found> {
  const random = createRandom(seed)
  await using broker = await startMosquitto()
  const { home, context } = createHome()
  const begin = () =>
    runFor((signal, own) => runSource(mqttClientSource({ url: broker.url, clientId }), signal, own), context)
  let stop = begin()
  try {
    await until(() => isUp(context), 'the first subscription')
    await using sensors = publishTo(broker.url, seed)
    for (let fault = 0; fault < faultsEach; fault++) {
      await sleep(100 + random() * 300)
      const kind = Math.floor(random() * 4)
      if (kind === 0) await broker.restart()
      else if (kind === 1) await takeOver(broker.port)
      else if (kind === 2) await refuseFor(context, 100 + random() * 200)
      else {
        await stop()
        await sleep(random() * 300)
        stop = begin()
      }
    }
    return { faults: faultsEach, ...(await judge(sensors, home)) }
  } finally {
    await stop()
  }
}

async function atOurBroker(seed: number): Promise<Found> {
  const random = createRandom(seed)
  const { home, context } = createHome()
  const listen = { host: '127.0.0.1', port: await freePort() }
  const begin = () =>
    runFor((signal, own) => runSource(mqttBrokerSource({ listen, tokens, anonymous: true }), signal, own), context)
  let stop = begin()
  try {
    await until(() => isUp(context), 'our broker')
    await using sensors = publishTo(`mqtt://127.0.0.1:${listen.port}`, seed)
    for (let fault = 0; fault < faultsEach; fault++) {
      await sleep(100 + random() * 300)
      const kind = Math.floor(random() * 3)
      if (kind === 0) {
        await stop()
        stop = begin()
      } else if (kind === 1) await takeOver(listen.port, `sensor-${seed}-0`)
      else await refuseFor(context, 50 + random() * 150)
    }
    return { faults: faultsEach, ...(await judge(sensors, home)) }
  } finally {
    await stop()
  }
}

/** Packet ids beyond 65,535 begin at 1 again: acknowledgements keep the order, a repeated message is durable before each. */
async function acrossTheWrap(seed: number): Promise<Found> {
  const random = createRandom(seed)
  const count = 400
  const ids = Array.from({ length: count }, (_, i) => ((65_535 - count / 2 + i) % 65_535) + 1)
  const expected = ids.map((id) => `puback ${id}`)

  const ours = createHome()
  const { promise, resolve } = Promise.withResolvers<string>()
  const own = mqttBrokerSource({
    listen: { host: '127.0.0.1', port: 0 },
    tokens,
    anonymous: true,
    onListening: resolve,
  })
  const stopBroker = runFor(own.run, ours.context)
  const theirs = createHome()
  await using scripted = await scriptedBroker()
  const client = mqttClientSource({ url: scripted.url, clientId, version: 4 })
  const stopClient = runFor(client.run, theirs.context)
  try {
    const sensor = await rawClient(Number(new URL(await promise).port), { clientId: `wrap-${seed}` })
    await until(() => isUp(theirs.context), 'the scripted broker')
    const peer = scripted.peers[0]
    if (!peer) throw new Error('no client connected to the scripted broker')
    let repeated = 0
    for (const [i, id] of ids.entries()) {
      sensor.send(publish(id, `w${i}`))
      peer.send(publish(id, `w${i}`))
      if (random() < 0.2) await sleep(1)
    }
    const pubacks = (answers: readonly string[]) => answers.filter((answer) => answer.startsWith('puback'))
    await until(
      () => pubacks(sensor.answers()).length === count && pubacks(peer.answers()).length === count,
      'every PUBACK',
    )
    for (const [who, { answers }] of [
      ['our broker', sensor],
      ['our client', peer],
    ] as const)
      if (pubacks(answers()).join() !== expected.join()) throw new Error(`${who} acknowledged out of order`)
    for (let i = 0; i < count; i += 7) {
      sensor.send(publish(ids[i] as number, `w${i}`, { dup: true }))
      repeated++
    }
    await until(() => pubacks(sensor.answers()).length === count + repeated, 'every PUBACK of a duplicate')
    sensor.socket.destroy()
    for (const { home } of [ours, theirs])
      for (let i = 0; i < count; i++)
        if (!home.has(`w${i}`)) throw new Error(`message ${i} was acknowledged and is lost`)
    return { faults: 1, acknowledged: 2 * count + repeated, repeated }
  } finally {
    await Promise.all([stopBroker(), stopClient()])
  }
}

interface Sensors extends AsyncDisposable {
  readonly acknowledged: ReadonlySet<string>
  /** Sends no more; resolves when all that was sent is acknowledged. */
  finish(): Promise<void>
}

/** Clients that send unacknowledged messages again, over any number of connections. */
function publishTo(url: string, seed: number): Sensors {
  const acknowledged = new Set<string>()
  let finished = false
  const clients: MqttClient[] = []
  const sending = Array.from({ length: publishers }, async (_, index) => {
    const client = mqtt.connect(url, { clientId: `sensor-${seed}-${index}`, clean: false, reconnectPeriod: 50 })
    clients.push(client)
    client.on('error', () => {})
    const open: Promise<unknown>[] = []
    for (let number = 0; !finished; number++) {
      const text = `${seed}-${index}-${number}`
      open.push(publishUntilAcknowledged(client, text).then((done) => done && acknowledged.add(text)))
      if (number % 20 === 19) await sleep(5)
    }
    await Promise.all(open)
  })
  const all = Promise.all(sending)
  // It is raced, or awaited later: a rejection before that must not end the process.
  all.catch(() => {})
  return {
    acknowledged,
    async finish() {
      finished = true
      const late = sleep(settleMsMax, 'late', { ref: false })
      if ((await Promise.race([all, late])) === 'late') throw new Error('sensors wait for acknowledgements for ever')
    },
    async [Symbol.asyncDispose]() {
      finished = true
      // The broker may be dead by then.
      await Promise.all(clients.map((client) => client.endAsync(true).catch(() => {})))
    },
  }
}

/** The library drops messages queued for a retry when a connection breaks, so the sensor sends them again. */
async function publishUntilAcknowledged(client: MqttClient, text: string): Promise<boolean> {
  while (!client.disconnecting) {
    try {
      await client.publishAsync(topic, text, { qos: 1 })
      return true
    } catch {
      await sleep(20)
    }
  }
  return false
}

async function judge(sensors: Sensors, home: ReadonlyMap<string, number>): Promise<Omit<Found, 'faults'>> {
  await sensors.finish()
  const lost = () => [...sensors.acknowledged].filter((text) => !home.has(text))
  for (const end = performance.now() + settleMsMax; lost().length > 0 && performance.now() < end; ) await sleep(50)
  if (lost().length > 0)
    throw new Error(
      `${lost().length} of ${sensors.acknowledged.size} acknowledged messages are lost, first ${lost()[0]}`,
    )
  if (sensors.acknowledged.size === 0) throw new Error('nothing was sent')
  return { acknowledged: sensors.acknowledged.size, repeated: [...home.values()].filter((times) => times > 1).length }
}

/** Somebody of the same id comes, is given messages, acknowledges none and goes. */
async function takeOver(port: number, id = clientId): Promise<void> {
  const thief = await rawClient(port, { clientId: id, clean: false })
  await sleep(50)
  thief.socket.destroy()
}

async function refuseFor(context: SinkContext, ms: number): Promise<void> {
  context.refusing = true
  await sleep(ms)
  context.refusing = false
}

const isUp = ({ states }: SinkContext) => states.some(({ state }) => state === 'up')

async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + settleMsMax
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`)
    await sleep(5)
  }
}
