/** Commands that send one reading, as they work from a terminal. Pure. */
import type { Listener } from '@baykeeper/contract/sources.ts'

/** Kinds of listeners that take readings, in the order in which they are offered. */
export const sendingKinds = ['ingest', 'mqtt', 'tcp', 'udp'] as const
export type SendingKind = (typeof sendingKinds)[number]

/** Addresses at which a server listens, and which name no machine. */
const anywhere = ['0.0.0.0', '[::]']

export interface Address {
  readonly host: string
  readonly port: string
  /** As of HTTP. */
  readonly origin: string
}

/** `own`: the host of the page, by which the reader reaches the server. */
export function addressOf({ url }: Pick<Listener, 'url'>, own: string): Address {
  // The schemes of MQTT, TCP and UDP have no known form of address: read as one that has.
  const address = new URL(url.replace(/^\w+:/, 'http:'))
  address.hostname = anywhere.includes(address.hostname) ? own : address.hostname
  return { host: address.hostname, port: address.port || '80', origin: address.origin }
}

interface Sent {
  readonly kind: SendingKind
  readonly address: Address
  readonly device: string
  /** Only HTTP asks for one. */
  readonly token: string | undefined
}

export function commandOf({ kind, address, device, token = 'TOKEN' }: Sent): string {
  const { host, port, origin } = address
  const reading = JSON.stringify({ device, occupied: true })
  const commands: Readonly<Record<SendingKind, string>> = {
    ingest: `curl -X POST ${origin}/ingest/v1 \\
  -H 'Authorization: Bearer ${token}' \\
  -H 'Content-Type: application/json' \\
  -d '${reading}'`,
    mqtt: `mosquitto_pub -h ${host} -p ${port} -q 1 \\
  -t baykeeper/${device}/reading -m '{"occupied":true}'`,
    tcp: `printf '%s\\n' '${reading}' | nc -q1 ${host} ${port}`,
    udp: `printf '%s' '${reading}' | nc -u -w1 ${host} ${port}`,
  }
  return commands[kind]
}
