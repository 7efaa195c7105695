/**
 * Tries what a broker does with a client like us, under a client id of its own so that no client is disconnected: does it keep a session
 * while the client is away, which QoS does it grant, and what does it report in `$SYS`. Leaves nothing behind at the broker.
 */
import mqtt, { type IClientOptions, type IConnackPacket, type MqttClient } from 'mqtt'
import type { SourceFacts } from '../source.ts'
import { defaultClientId, qos0Granted } from './client-facts.ts'

export interface BrokerAddress {
  readonly url: string
  readonly clientId?: string
  readonly topics: readonly string[]
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly version?: 4 | 5
}

export type Preflight = Required<Pick<SourceFacts, 'warnings' | 'figures'>>

const connectMs = 5_000
/** MQTT 5: long enough to come back, short enough to be forgotten should we not be able to tidy up. */
const sessionS = 60
/** Retained messages come right after the subscription, or never. */
const retainedMs = 300
const versionTopic = '$SYS/broker/version'
const droppedTopic = '$SYS/broker/publish/messages/dropped'

/** Rejects when the broker cannot be reached or does not let us in. */
export async function brokerPreflight(address: BrokerAddress): Promise<Preflight> {
  const warnings: string[] = []
  const version = await versionOf(address)
  const first = await visit(address, version, false, async (client) => {
    // It may be refused: only the session that stays behind matters, and the second visit looks for that.
    await client.subscribeAsync('baykeeper/preflight', { qos: 1 }).catch(() => [])
  })
  const second = await visit(address, version, false, async () => {})
  const reported = new Map<string, string>()
  let granted = 1
  await visit(address, version, true, async (client) => {
    client.on('message', (topic, payload) => reported.set(topic, payload.toString()))
    // A broker that does not publish them leaves the findings about them out.
    await client.subscribeAsync([versionTopic, droppedTopic], { qos: 0 }).catch(() => [])
    const grants = await client.subscribeAsync([...address.topics], { qos: 1 }).catch(() => undefined)
    if (!grants)
      warnings.push(`the broker refuses a subscription to ${address.topics.join(', ')}: check the rights of the user`)
    else granted = Math.min(...grants.map(({ qos }) => qos))
    await new Promise((resolve) => setTimeout(resolve, retainedMs))
  })
  if (!second.sessionPresent)
    warnings.push('the broker keeps no session (clean session): what is sent while we are away is lost there')
  if (granted < 1) warnings.push(qos0Granted)
  const kept = first.properties?.sessionExpiryInterval
  if (kept !== undefined && kept < sessionS) warnings.push(`the broker keeps a session for ${kept} s only`)
  const product = reported.get(versionTopic)
  if (/mosquitto/i.test(product ?? '')) warnings.push(mosquittoHint)
  const dropped = reported.get(droppedTopic)
  return {
    warnings,
    figures: {
      session_kept: second.sessionPresent ? 1 : 0,
      qos_granted: granted,
      ...(dropped === undefined ? {} : { broker_dropped_messages: Number(dropped) }),
    },
  }
}

/** The broker does not report these settings. */
const mosquittoHint =
  'Mosquitto keeps 1,000 messages for us while we are away unless max_queued_messages is set higher, and forgets them when it restarts unless persistence is on: check its configuration'

async function versionOf(address: BrokerAddress): Promise<4 | 5> {
  if (address.version === 4) return 4
  try {
    await visit(address, 5, true, async () => {})
    return 5
  } catch (fault) {
    if (!unknownVersion(fault)) throw fault
    return 4
  }
}

/** CONNACK codes: 1 in 3.1.1, 0x84 in 5. */
export const unknownVersion = (fault: unknown) => [1, 0x84].includes((fault as { code?: number }).code ?? 0)

/** Connects, does `work` and leaves. A clean visit takes the session along. */
async function visit(
  { url, clientId = defaultClientId, username, password }: BrokerAddress,
  version: 4 | 5,
  clean: boolean,
  work: (client: MqttClient) => Promise<void>,
): Promise<IConnackPacket> {
  const options: IClientOptions = {
    clientId: `${clientId}-preflight`,
    clean,
    protocolVersion: version,
    connectTimeout: connectMs,
    reconnectPeriod: 0,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(version === 5 && !clean ? { properties: { sessionExpiryInterval: sessionS } } : {}),
  }
  const client = mqtt.connect(url, options)
  try {
    const connack = await new Promise<IConnackPacket>((resolve, reject) => {
      client.once('connect', resolve)
      client.on('error', reject)
      client.on('close', () => reject(new Error('the broker closed the connection')))
    })
    await work(client)
    await client.endAsync()
    return connack
  } finally {
    client.end(true)
  }
}
