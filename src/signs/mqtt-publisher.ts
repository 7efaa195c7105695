/**
 * Publishes what signs show to an MQTT broker, for the controllers of panels.
 *
 * Promises
 * - Every message is retained, has QoS 1 and expires: the number of a server that is dead vanishes. It is published again well before that.
 * - The status topic is `offline` by the will of the connection and until the signs have been read at a start, and the signs are blank, when the
 *   server stops in order.
 * - A connection begins with no message of the one before it: an old number is never sent late. One that does not acknowledge is ended.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt, { type IConnackPacket, type MqttClient } from 'mqtt'
import type { ShownSign } from '../domain/sign-shown.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { retryDelayMs } from '../lib/retry.ts'
import { readUtf8File } from '../lib/utf8-file.ts'
import type { SignPort } from './sign-port.ts'
import { stateMessage, stateTopic, statuses, statusTopic, stoppedMessage, textTopic } from './topics.ts'

export interface MqttSettings {
  readonly url: string
  readonly username?: string | undefined
  /** Absolute. */
  readonly passwordFile?: string | undefined
  readonly topic: string
  readonly clientId: string
  readonly expiryS: number
}

export interface PublisherDeps {
  readonly settings: MqttSettings
  readonly signs: Pick<SignPort, 'all' | 'isLoaded'>
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly log: Log
}

const lookMs = 500
const connectMs = 10_000
const keepaliveS = 15
/** A broker that takes longer to acknowledge is not trusted with numbers. */
const ackMsMax = 10_000
/** Each message is sent again so many times before it expires. */
const sendsInExpiry = 3
const atOnce = 100
const stopMsMax = 2_000
const retry = { firstMs: 1_000, capMs: 30_000 }

/** Publishes until it is aborted. */
export async function publishSigns(deps: PublisherDeps, signal: AbortSignal): Promise<void> {
  const { settings, log } = deps
  const where = settings.url.replace(/\/\/[^@/]*@/, '//***@')
  for (let attempt = 0; !signal.aborted; ) {
    try {
      await session(deps, signal, () => {
        attempt = 0
        log.info('signs are published over MQTT', { broker: where, topic: settings.topic })
      })
    } catch (error) {
      if (signal.aborted) return
      log.error(`signs are not published to ${where}: they expire there; tried again`, { error })
    }
    // An abort ends the wait early: nothing is lost by that.
    await sleep(retryDelayMs(attempt++, retry), undefined, { signal }).catch(() => {})
  }
}

async function session(deps: PublisherDeps, signal: AbortSignal, onUp: () => void): Promise<void> {
  const client = connect(deps.settings)
  // Reported by what waits for the connection.
  client.on('error', () => {})
  const broken = new AbortController()
  client.once('close', () => broken.abort(new Error('the connection to the broker was closed')))
  try {
    await connected(client, signal)
    onUp()
    const published = createPublished(deps, client)
    await publishUntil(published, AbortSignal.any([signal, broken.signal]))
    if (signal.aborted) await Promise.race([published.stop(), sleep(stopMsMax, undefined, { ref: false })])
    broken.signal.throwIfAborted()
  } finally {
    // What is not acknowledged is not sent again: it is old by then.
    if (signal.aborted)
      // A broker that does not answer is left: its messages expire.
      await Promise.race([client.endAsync(), sleep(stopMsMax, undefined, { ref: false })]).catch(() => {})
    client.end(true)
  }
}

function connect({ url, username, passwordFile, clientId, topic }: MqttSettings): MqttClient {
  const password = passwordFile === undefined ? undefined : readUtf8File(passwordFile).replace(/\r?\n$/, '')
  return mqtt.connect(url, {
    ...{
      protocolVersion: 5,
      clientId,
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: connectMs,
      keepalive: keepaliveS,
    },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    will: { topic: statusTopic(topic), payload: Buffer.from(statuses.offline), qos: 1, retain: true },
  })
}

async function connected(client: MqttClient, signal: AbortSignal): Promise<void> {
  const done = new AbortController()
  const connack = await new Promise<IConnackPacket>((resolve, reject) => {
    client.once('connect', resolve)
    client.once('error', reject)
    client.once('close', () => reject(new Error('the broker closed the connection')))
    signal.addEventListener('abort', () => reject(signal.reason), { once: true, signal: done.signal })
  }).finally(() => done.abort())
  const { retainAvailable, maximumQoS } = connack.properties ?? {}
  if (retainAvailable === false || maximumQoS === 0)
    throw new Error('the broker keeps no retained messages, or takes no QoS 1: signs need both; choose another broker')
}

interface Published {
  look(): Promise<void>
  stop(): Promise<unknown>
}

async function publishUntil(published: Published, signal: AbortSignal) {
  while (!signal.aborted) {
    await published.look()
    // An abort ends the wait early.
    await sleep(lookMs, undefined, { signal }).catch(() => {})
  }
}

/** Rejects when the broker does not acknowledge it in time. */
async function acknowledged(client: MqttClient, to: string, message: string, expiryS: number) {
  const done = new AbortController()
  const properties = { messageExpiryInterval: expiryS }
  const published = client.publishAsync(to, message, { qos: 1, retain: true, properties })
  const late = sleep(ackMsMax, undefined, { signal: done.signal }).then(() => {
    throw new Error(`the broker has not acknowledged a message for ${ackMsMax / 1_000} s`)
  })
  // The loser of the race is of no interest any more: the connection ends with the first fault.
  for (const one of [published, late]) one.catch(() => {})
  try {
    await Promise.race([published, late])
  } finally {
    done.abort()
  }
}

/** What one connection has published. */
function createPublished({ settings, signs, clock }: PublisherDeps, client: MqttClient): Published {
  const { topic, expiryS } = settings
  const sent = new Map<string, { readonly looks: string; readonly atMs: number }>()
  let status: { readonly is: string; readonly atMs: number } | undefined
  const isDue = (atMs: number) => clock.monotonic() - atMs >= (expiryS * 1_000) / sendsInExpiry

  const send = (to: string, message: string) => acknowledged(client, to, message, expiryS)

  async function publish(sign: ShownSign) {
    const { id, text, show, reason } = sign
    const looks = `${show} ${reason} ${text}`
    const before = sent.get(id)
    if (before?.looks === looks && !isDue(before.atMs)) return
    const atMs = clock.monotonic()
    await send(textTopic(topic, id), text)
    await send(stateTopic(topic, id), stateMessage(sign, clock.now()))
    sent.set(id, { looks, atMs })
  }

  async function remove(id: string) {
    // An empty retained message removes the one that is kept.
    await send(textTopic(topic, id), '')
    await send(stateTopic(topic, id), '')
    sent.delete(id)
  }

  async function each<T>(items: readonly T[], work: (item: T) => Promise<void>) {
    for (let at = 0; at < items.length; at += atOnce) await Promise.all(items.slice(at, at + atOnce).map(work))
  }

  return {
    async look() {
      const isLoaded = signs.isLoaded()
      const shown = signs.all()
      const ids = new Set(shown.map(({ id }) => id))
      await each(shown, publish)
      await each(
        [...sent.keys()].filter((id) => !ids.has(id)),
        remove,
      )
      // Behind the signs: a controller that reads `online` finds them. Before they are read what it has may be of an earlier run.
      const is = isLoaded ? statuses.online : statuses.offline
      if (status?.is === is && !isDue(status.atMs)) return
      status = { is, atMs: clock.monotonic() }
      await send(statusTopic(topic), is)
    },
    stop: () =>
      Promise.all([
        send(statusTopic(topic), statuses.offline),
        each([...sent.keys()], async (id) => {
          await send(textTopic(topic, id), '')
          await send(stateTopic(topic, id), stoppedMessage(id, clock.now()))
        }),
      ]),
  }
}
