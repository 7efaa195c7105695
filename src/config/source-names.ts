/**
 * The name of each configured source: part of the identity of every reading, so no two share one, and none changes when a release is
 * updated. Defaults are those that single sources have always had.
 *
 * - The built-in broker is `mqtt`, unless a broker entry has that name: then it is `mqtt-broker`. `mqtt.name` sets it.
 * - A broker entry without a name is `mqtt`; several entries are mqtt-1, mqtt-2, ... by their place in the list. Serial ports likewise.
 * - A broker keeps the session under the client id: entries of one broker that name none get different ids.
 */

import { simulatorSource } from '../auth/ingest-tokens.ts'
import { defaultClientId } from '../sources/mqtt/client-facts.ts'
import type { Config } from './config.ts'

export interface SourceNames {
  readonly mqtt: string
  readonly serial: readonly string[]
  readonly brokers: readonly { readonly name: string; readonly clientId: string }[]
}

export function sourceNames({ mqtt, serial, brokers }: Pick<Config, 'mqtt' | 'serial' | 'brokers'>): SourceNames {
  const names = brokers.map(({ name }, index) => name ?? (brokers.length === 1 ? 'mqtt' : `mqtt-${index + 1}`))
  const unnamedAt = new Map<string, number>()
  return {
    mqtt: mqtt.name ?? (names.includes('mqtt') ? 'mqtt-broker' : 'mqtt'),
    serial: serial.map(({ name }, index) => name ?? (serial.length === 1 ? 'serial' : `serial-${index + 1}`)),
    brokers: brokers.map(({ url, clientId }, index) => {
      const name = names[index] as string
      if (clientId !== undefined) return { name, clientId }
      const before = unnamedAt.get(brokerOf(url)) ?? 0
      unnamedAt.set(brokerOf(url), before + 1)
      return { name, clientId: before === 0 ? defaultClientId : `${defaultClientId}-${before + 1}` }
    }),
  }
}

/** One name or client id that two sources would share, and where the second one is. */
export interface NameFault {
  readonly at: readonly (string | number)[]
  readonly message: string
}

export function nameFaults(config: Config): NameFault[] {
  const names = sourceNames(config)
  const listed: { name: string; at: readonly (string | number)[]; what: string }[] = [
    { name: 'http', at: ['ingest'], what: 'HTTP ingest' },
    { name: 'tcp', at: ['tcp'], what: 'TCP lines' },
    { name: 'udp', at: ['udp'], what: 'UDP datagrams' },
    { name: simulatorSource, at: ['demo'], what: 'the simulated city' },
    ...names.serial.map((name, i) => ({ name, at: ['serial', i, 'name'], what: `serial port ${i + 1}` })),
    ...names.brokers.map(({ name }, i) => ({ name, at: ['brokers', i, 'name'], what: `broker ${i + 1}` })),
    ...(config.mqtt.port === 'off' ? [] : [{ name: names.mqtt, at: ['mqtt', 'name'], what: 'the built-in broker' }]),
  ]
  const faults = repeated(listed, ({ name }) => name).map(({ one: { at, what, name }, first }) => ({
    at,
    message: `${what} and ${first.what} would both be the source "${name}", and sensors of both with one id would become one; choose another name`,
  }))
  const clients = config.brokers.map(({ url }, i) => ({ url, i, clientId: names.brokers[i]?.clientId ?? '' }))
  for (const { one, first } of repeated(clients, ({ url, clientId }) => `${clientId} ${brokerOf(url)}`))
    faults.push({
      at: ['brokers', one.i, 'clientId'],
      message: `brokers ${first.i + 1} and ${one.i + 1} would use the client id "${one.clientId}" at one broker, and end each other's connections; choose another`,
    })
  const ports = config.serial.map(({ path }, i) => ({ path, i }))
  for (const { one, first } of repeated(ports, ({ path }) => path))
    faults.push({ at: ['serial', one.i, 'path'], message: `this is the path of serial port ${first.i + 1} already` })
  return faults
}

function repeated<T>(items: readonly T[], keyOf: (item: T) => string): { one: T; first: T }[] {
  const seen = new Map<string, T>()
  return items.flatMap((one) => {
    const first = seen.get(keyOf(one))
    if (first) return [{ one, first }]
    seen.set(keyOf(one), one)
    return []
  })
}

/** Host and port, the same for every spelling of the address. */
function brokerOf(address: string): string {
  if (!URL.canParse(address)) return address
  const { protocol, hostname, port } = new URL(address)
  return `${hostname.toLowerCase()}:${port || (usualPorts[protocol] ?? '1883')}`
}

const usualPorts: Readonly<Record<string, string>> = { 'mqtts:': '8883', 'ssl:': '8883', 'ws:': '80', 'wss:': '443' }
