/** Which sources the configuration asks for, each made with its listener or line. One line per source. */
import type { ChildSettings } from '../processes/messages.ts'
import type { ConnectionLimits } from '../sources/connection-limits.ts'
import { httpSource } from '../sources/http/http-source.ts'
import { brokerPreflight } from '../sources/mqtt/broker-preflight.ts'
import { mqttBrokerSource } from '../sources/mqtt/broker-source.ts'
import { mqttClientSource } from '../sources/mqtt/client-source.ts'
import { serialSource } from '../sources/serial/serial-source.ts'
import type { Source, TokenCheck } from '../sources/source.ts'
import { tcpSource } from '../sources/tcp/tcp-source.ts'
import { udpSource } from '../sources/udp/udp-source.ts'
import { sourceNames } from './source-names.ts'

export interface SourceHooks extends TokenCheck {
  onUdpPort(port: number): void
  /** Of all listeners together. */
  readonly connections: ConnectionLimits
}

export const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.')

export function configuredSources(settings: ChildSettings, hooks: SourceHooks): readonly Source[] {
  const { config, listeners, udpPort } = settings
  const { host } = config
  const loopback = isLoopback(host)
  const { connections } = hooks
  const names = sourceNames(config)
  const sources: Source[] = []
  if (listeners.ingest !== undefined)
    sources.push(httpSource({ listen: { fd: listeners.ingest }, tokens: hooks, connections }))
  if (listeners.mqtt !== undefined)
    sources.push(
      mqttBrokerSource({
        ...{ name: names.mqtt, listen: { fd: listeners.mqtt }, tokens: hooks, anonymous: loopback, connections },
      }),
    )
  if (listeners.tcp !== undefined)
    sources.push(
      tcpSource({ listen: { fd: listeners.tcp }, allow: config.tcp.allow, connections, ...trust(config.tcp.time) }),
    )
  if (udpPort !== 'off')
    sources.push(
      udpSource({
        listen: { host, port: udpPort },
        allow: config.udp.allow,
        onListening: (port) => hooks.onUdpPort(port),
        ...trust(config.udp.time),
      }),
    )
  config.serial.forEach(({ path, baud, time, checksum }, index) => {
    sources.push(serialSource({ path, baud, checksum, name: names.serial[index] as string, ...trust(time) }))
  })
  config.brokers.forEach(({ time, ...broker }, index) => {
    const { name, clientId } = names.brokers[index] as { name: string; clientId: string }
    sources.push(mqttClientSource({ ...broker, name, clientId, preflight: brokerPreflight, ...trust(time) }))
  })
  return sources
}

const trust = (policy: 'check' | 'trust'): { time?: 'trust' } => (policy === 'trust' ? { time: 'trust' } : {})
