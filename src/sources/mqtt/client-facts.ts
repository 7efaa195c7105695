/** What can be lost on a connection to a broker: reported before it is lost, in log, status and `baykeeper doctor`. */
import type { IConnackPacket } from 'mqtt'
import type { Instant } from '../../lib/brand.ts'
import type { SourceContext, SourceFigures } from '../source.ts'
import type { Preflight } from './broker-preflight.ts'
import type { MqttClientOptions } from './client-source.ts'

export const defaultClientId = 'baykeeper'
/** A broker that forgets us sooner is named: an outage over night must not lose messages. */
const sessionSMin = 24 * 3_600

export const noClientId = `no client id is set, so it is "${defaultClientId}": two of one name at a broker throw each other out`

export const forgotten = 'The broker kept no session for us: what was sent while we were away is lost there.'
export const lossyByProtocol = 'QoS 0 is lossy by protocol: a message that does not arrive is not reported'
export const qos0Granted = 'the broker grants QoS 0 only, which is lossy by protocol'
export const qos0Sent = 'readings come with QoS 0, which is lossy by protocol: set QoS 1 at the sender'

export function tellFacts(
  weak: readonly string[],
  figures: SourceFigures,
  { preflight, qos0Messages }: Memory,
  context: SourceContext,
): void {
  const lossy = weak.includes(qos0Granted) || qos0Messages > 0
  context.facts({
    ...(lossy ? { lossy: lossyByProtocol } : {}),
    warnings: [...new Set([...weak, ...(preflight?.warnings ?? []), ...(qos0Messages > 0 ? [qos0Sent] : [])])],
    figures: { ...preflight?.figures, ...figures, qos0_messages: qos0Messages },
  })
}

/** Once in a run of the server: its answer is about the broker, not about this connection. */
export async function tryPreflight(
  options: MqttClientOptions & { version: 4 | 5; topics: readonly string[] },
  memory: Memory,
  { log }: SourceContext,
): Promise<void> {
  if (memory.preflight || !options.preflight) return
  memory.preflight = { warnings: [], figures: {} }
  try {
    memory.preflight = await options.preflight(options)
    for (const warning of memory.preflight.warnings) log.warn(warning, { broker: shown(options.url) })
  } catch (fault) {
    log.info('what the broker keeps for a client that is away could not be tried', { fault })
  }
}

/** What outlives a connection. */
export interface Memory {
  /** Since when we are away from a broker that knew us. */
  awaySince: Instant | undefined
  preflight: Preflight | undefined
  qos0Messages: number
}

/** What of the connection can lose readings, reported before it does. */
export function weaknessesOf(
  { clientId }: MqttClientOptions,
  { sessionPresent, properties }: IConnackPacket,
  again: boolean,
): string[] {
  const warnings: string[] = []
  if (clientId === undefined || clientId === defaultClientId) warnings.push(noClientId)
  if (again && !sessionPresent)
    warnings.push('the broker kept no session for us: what was sent while we were away may be lost there')
  if (properties?.sessionExpiryInterval !== undefined && properties.sessionExpiryInterval < sessionSMin)
    warnings.push(`the broker keeps our session for ${properties.sessionExpiryInterval} s only`)
  if (properties?.assignedClientIdentifier) warnings.push('the broker chose our client id: it cannot know us again')
  return warnings
}

/** The address without credentials. */
export function shown(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}
