/** Which sources the configuration asks for, each made with its listener or line. One line per source. */
import type { ChildSettings } from './messages.ts'
import { httpSource } from './sources/http/http-source.ts'
import { brokerPreflight } from './sources/mqtt/broker-preflight.ts'
import { mqttBrokerSource } from './sources/mqtt/broker-source.ts'
import { mqttClientSource } from './sources/mqtt/client-source.ts'
import { serialSource } from './sources/serial/serial-source.ts'
import type { Source, TokenCheck } from './sources/source.ts'
import { tcpSource } from './sources/tcp/tcp-source.ts'
import { udpSource } from './sources/udp/udp-source.ts'

export interface SourceHooks extends TokenCheck {
  onUdpPort(port: number): void
}

export const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.')

export function configuredSources(settings: ChildSettings, hooks: SourceHooks): readonly Source[] {
  const { config, listeners, udpPort } = settings
  const { host } = config
  const loopback = isLoopback(host)
  const sources: Source[] = []
  if (listeners.ingest !== undefined) sources.push(httpSource({ listen: { fd: listeners.ingest }, tokens: hooks }))
  if (listeners.mqtt !== undefined)
    sources.push(mqttBrokerSource({ listen: { fd: listeners.mqtt }, tokens: hooks, anonymous: loopback }))
  if (listeners.tcp !== undefined)
    sources.push(tcpSource({ listen: { fd: listeners.tcp }, allow: config.tcp.allow, ...trust(config.tcp.time) }))
  if (udpPort !== 'off')
    sources.push(
      udpSource({
        listen: { host, port: udpPort },
        allow: config.udp.allow,
        onListening: (port) => hooks.onUdpPort(port),
        ...trust(config.udp.time),
      }),
    )
  config.serial.forEach(({ path, baud, name, time, checksum }, index) => {
    const own = name ?? (config.serial.length === 1 ? 'serial' : `serial-${index + 1}`)
    sources.push(serialSource({ path, baud, checksum, name: own, ...trust(time) }))
  })
  for (const { time, ...broker } of config.brokers)
    sources.push(mqttClientSource({ ...broker, preflight: brokerPreflight, ...trust(time) }))
  return sources
}

const trust = (policy: 'check' | 'trust'): { time?: 'trust' } => (policy === 'trust' ? { time: 'trust' } : {})
