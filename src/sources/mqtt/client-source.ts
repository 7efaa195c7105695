/**
 * A client of any MQTT broker (3.1.1 and 5), with a session that the broker keeps while we are away.
 *
 * Promises
 * - PUBACK is sent after the sync that covers the message, in the order of the messages. Many are on their way at once.
 * - When intake refuses, the connection is dropped without PUBACK: the broker sends again on the next one.
 * - QoS 1 is asked for, never 2: exactly once belongs to the key in the database. QoS 0 is marked (`meta.qos`), and so are messages that the
 *   broker sends again (`meta.dup`) or kept for new subscribers (`meta.retain`).
 * - A broker that keeps no session, or grants only QoS 0, is named in log and status; so is a sender that publishes with QoS 0.
 * - A session that was lost while we were away is a loss of unknown size, with begin and end.
 *
 * MQTT.js acknowledges a message when its handler has called back, and gives out the next one only then: one sync each, near 850 a
 * second. So the handler calls back at once with an error, which releases the next message and suppresses the PUBACK, and sends
 * the PUBACKs itself. That is undocumented behaviour of the pinned version; client-source.test.ts holds it.
 */

import mqtt, { type IClientOptions, type IConnackPacket, type IPublishPacket, type MqttClient } from 'mqtt'
import { createTopicRules } from '../../domain/topic-mapping.ts'
import type { TopicRule } from '../../domain/topic-rule.ts'
import { createDeliveryQueue, type DeliveryQueue } from '../delivery-queue.ts'
import { aborted } from '../listener.ts'
import type { Source, SourceContext } from '../source.ts'
import { type BrokerAddress, type Preflight, unknownVersion } from './broker-preflight.ts'
import {
  defaultClientId,
  forgotten,
  type Memory,
  qos0Granted,
  qos0Sent,
  shown,
  tellFacts,
  tryPreflight,
  weaknessesOf,
} from './client-facts.ts'
import { defaultTopics, mappedCodec } from './topic-filter.ts'

export interface MqttClientOptions {
  readonly url: string
  readonly topics?: readonly string[]
  /** Stable: the broker keeps the session under it. Two clients with one id throw each other out. */
  readonly clientId?: string
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** 4 = MQTT 3.1.1, 5 = MQTT 5. A broker that does not know 5 is asked again with 4. */
  readonly version?: 4 | 5
  readonly codec?: string
  /** How topics of other programs are read. */
  readonly rules?: readonly TopicRule[]
  readonly name?: string
  readonly time?: 'trust'
  /** Tries once, beside the first connection, what the broker does with a client that goes away. */
  readonly preflight?: (address: BrokerAddress) => Promise<Preflight>
}

/** MQTT 5: the session is kept as long as the broker allows; 3.1.1 leaves it to the broker anyway. */
const sessionForeverS = 0xffff_ffff
/** MQTT 5: messages the broker may have on the way to us; one sync covers hundreds. */
const receiveMax = 4_096
const keepaliveS = 30
const connectMs = 10_000
const closeMs = 5_000
/** Interval between reports of the facts. */
const factsEveryMs = 2_000
/** Received and not yet durable; above it the next message waits, and the broker with it. */
const undurableBytesMax = 4 * 1024 * 1024
/** A larger message fits no journal record; it is kept as noise, in pieces. */
const messageBytesMax = 8 * 1024 * 1024
const noiseBytesMax = 1024 * 1024

/** Releases the next message and suppresses the PUBACK of this one. */
const deferred = new Error('acknowledged after the sync')

export function mqttClientSource(options: MqttClientOptions): Source {
  /** Falls to 4 when the broker knows no 5. */
  let version = options.version ?? 5
  const memory: Memory = { awaySince: undefined, preflight: undefined, qos0Messages: 0 }
  return {
    name: options.name ?? 'mqtt',
    kind: 'mqtt',
    async run(signal, context) {
      try {
        await subscribeUntilAborted({ ...options, version }, memory, signal, context)
      } catch (fault) {
        if (version !== 5 || !unknownVersion(fault)) throw fault
        version = 4
        context.log.info('the broker does not speak MQTT 5; asking with 3.1.1')
        await subscribeUntilAborted({ ...options, version }, memory, signal, context)
      }
    },
  }
}

async function subscribeUntilAborted(
  options: MqttClientOptions & { version: 4 | 5 },
  memory: Memory,
  signal: AbortSignal,
  context: SourceContext,
): Promise<void> {
  const { url, topics = defaultTopics } = options
  const client = mqtt.connect(url, connectOptions(options))
  const broken = whenBroken(client)
  const queue = createDeliveryQueue(context, { onRefused: 'reject', signal })
  const intake = takeMessages(client, queue, options, memory, context)
  let timer: NodeJS.Timeout | undefined
  try {
    const connack = await Promise.race([connected(client), broken, intake.refused, aborted(signal)])
    if (connack) {
      const weak = weaknessesOf(options, connack, memory.awaySince !== undefined)
      if (memory.awaySince !== undefined && !connack.sessionPresent)
        context.lost({
          cause: 'port-down',
          frames: null,
          from: memory.awaySince,
          to: context.clock.now(),
          detail: forgotten,
        })
      const granted = await Promise.race([subscribe(client, topics, options.version), broken, intake.refused])
      if (granted.includes(0)) weak.push(qos0Granted)
      for (const warning of weak) context.log.warn(warning, { broker: shown(url) })
      context.status('up', [`subscribed at ${shown(url)}`, ...weak].join('; '))
      const figures = { qos_granted: Math.min(...granted), session_present: connack.sessionPresent ? 1 : 0 }
      const tell = () => tellFacts(weak, figures, memory, context)
      tell()
      // It logs its own fault; the source works without what it finds.
      tryPreflight({ ...options, topics }, memory, context).then(tell, () => {})
      timer = setInterval(tell, factsEveryMs)
      memory.awaySince = undefined
      await Promise.race([broken, intake.refused, aborted(signal)])
      intake.stop()
      const late = new AbortController()
      // The sleep is aborted once it is not needed any more.
      const inTime = context.clock.sleep(closeMs, late.signal).catch(() => {})
      await Promise.race([intake.settled(), inTime])
      // What the broker has not had acknowledged it keeps.
      await Promise.race([client.endAsync().catch(() => {}), inTime])
      late.abort()
    }
  } finally {
    clearInterval(timer)
    if (timer) memory.awaySince = context.clock.now()
    intake.stop()
    client.end(true)
  }
}

function connectOptions(options: MqttClientOptions & { version: 4 | 5 }): IClientOptions {
  const { clientId = defaultClientId, username, password, version } = options
  return {
    clientId,
    clean: false,
    protocolVersion: version,
    keepalive: keepaliveS,
    connectTimeout: connectMs,
    // The runner connects again, by the schedule of all sources.
    reconnectPeriod: 0,
    resubscribe: false,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(version === 5 ? { properties: { sessionExpiryInterval: sessionForeverS, receiveMaximum: receiveMax } } : {}),
  }
}

const connected = (client: MqttClient) => new Promise<IConnackPacket>((resolve) => client.once('connect', resolve))

/** Rejects when the connection breaks, with the reason that was given last. */
function whenBroken(client: MqttClient): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  let reason = 'the broker closed the connection'
  client.on('error', (fault) => reject(fault))
  client.on('disconnect', ({ reasonCode, properties }) => {
    const takenOver = reasonCode === sessionTakenOver ? '; another client uses the same client id' : ''
    reason = `the broker disconnected us, reason ${reasonCode} ${properties?.reasonString ?? ''}${takenOver}`
  })
  client.on('close', () => reject(new Error(reason)))
  // It is raced, or awaited later: a rejection before that must not end the process.
  promise.catch(() => {})
  return promise
}

const sessionTakenOver = 0x8e

/** QoS granted for each topic. Throws when one is refused. */
async function subscribe(client: MqttClient, topics: readonly string[], version: 4 | 5): Promise<number[]> {
  // Retained messages only with a new subscription, not at each connection (MQTT 5, 3.8.3.1).
  const options = version === 5 ? ({ qos: 1, rh: 1 } as const) : ({ qos: 1 } as const)
  const grants = await client.subscribeAsync([...topics], options).catch((cause: Error) => {
    if (cause.name !== 'ErrorWithSubackPacket') throw cause
    throw new Error(`the broker refuses one of the topics ${topics.join(', ')}; check the rights of the user`, {
      cause,
    })
  })
  return grants.map(({ qos }) => qos)
}

interface Taking {
  /** Rejects when intake has refused a message. */
  readonly refused: Promise<never>
  /** Takes no further message. */
  stop(): void
  settled(): Promise<void>
}

function takeMessages(
  client: MqttClient,
  queue: DeliveryQueue,
  { codec = 'generic', time, rules = [] }: MqttClientOptions,
  memory: Memory,
  context: SourceContext,
): Taking {
  const { promise: refused, reject } = Promise.withResolvers<never>()
  // It is raced, or awaited later: a rejection before that must not end the process.
  refused.catch(() => {})
  const ruleOf = createTopicRules(rules)
  let settled: Promise<void> = Promise.resolve()
  let stopped = false
  let failed = false

  const journal = ({ topic, payload, qos, dup, retain }: IPublishPacket): Promise<unknown> => {
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
    if (bytes.length > messageBytesMax) return keepAsNoise(bytes, context)
    if (qos === 0 && memory.qos0Messages++ === 0) context.log.warn(qos0Sent, { topic })
    const marks = {
      ...(qos === 0 ? { qos: '0' } : {}),
      ...(dup ? { dup: '1' } : {}),
      ...(retain ? { retain: '1' } : {}),
    }
    const rule = ruleOf(topic)
    const meta = { topic, ...(rule === undefined ? {} : { rule }), ...marks }
    const read = rule === undefined ? codec : mappedCodec
    return queue.add([{ framing: 'whole', codec: read, meta, ...(time ? { time } : {}), bytes, frames: 1 }])
  }

  client.handleMessage = (packet, callback) => {
    // Not calling back keeps the next message waiting: after a stop or a refusal nothing more is taken.
    if (stopped || failed) return
    const durable = journal(packet)
    const waits = packet.qos === 2 || queue.bytes > undurableBytesMax
    settled = Promise.all([settled, durable]).then(
      () => {
        if (failed) return
        if (packet.qos === 1 && client.connected)
          client['_sendPacket']({ cmd: 'puback', messageId: packet.messageId as number })
        if (waits) callback(packet.qos === 2 ? undefined : deferred)
      },
      (fault) => {
        failed = true
        reject(fault)
      },
    )
    if (!waits) callback(deferred)
  }
  return {
    refused,
    stop: () => {
      stopped = true
    },
    settled: () => settled,
  }
}

async function keepAsNoise(bytes: Buffer, { noise, log }: SourceContext): Promise<void> {
  log.warn('a message is too large for a reading and is kept as noise', { bytes: bytes.length })
  for (let at = 0; at < bytes.length; at += noiseBytesMax) await noise(bytes.subarray(at, at + noiseBytesMax))
}
