/** A broker keeps the session under the client id: entries of one broker that name none get different ids. */
import { repeated } from '../../lib/repeated.ts'
import type { SettingsFault } from '../declaration.ts'
import { defaultClientId } from './client-facts.ts'

interface Entry {
  readonly url: string
  readonly clientId?: string | undefined
}

/** Of each entry, in their order. */
export function clientIds(brokers: readonly Entry[]): readonly string[] {
  const unnamedAt = new Map<string, number>()
  return brokers.map(({ url, clientId }) => {
    if (clientId !== undefined) return clientId
    const before = unnamedAt.get(brokerOf(url)) ?? 0
    unnamedAt.set(brokerOf(url), before + 1)
    return before === 0 ? defaultClientId : `${defaultClientId}-${before + 1}`
  })
}

/** One client id that two entries would use at one broker. */
export function clientIdFaults(brokers: readonly Entry[]): SettingsFault[] {
  const ids = clientIds(brokers)
  const clients = brokers.map(({ url }, i) => ({ i, clientId: ids[i] as string, broker: brokerOf(url) }))
  return repeated(clients, ({ clientId, broker }) => `${clientId} ${broker}`).map(({ one, first }) => ({
    at: ['brokers', one.i, 'clientId'],
    message: `brokers ${first.i + 1} and ${one.i + 1} would use the client id "${one.clientId}" at one broker, and end each other's connections; choose another`,
  }))
}

/** Host and port, the same for every spelling of the address. */
function brokerOf(address: string): string {
  if (!URL.canParse(address)) return address
  const { protocol, hostname, port } = new URL(address)
  return `${hostname.toLowerCase()}:${port || (usualPorts[protocol] ?? '1883')}`
}

const usualPorts: Readonly<Record<string, string>> = { 'mqtts:': '8883', 'ssl:': '8883', 'ws:': '80', 'wss:': '443' }
