import { sourceKinds } from '@baykeeper/contract/vocabulary.ts'

/** Names of sources: part of every reading's identity, so two senders must not share one by accident. */
const reserved: ReadonlySet<string> = new Set([
  // Built-in sources, by the name of their protocol.
  ...sourceKinds,
  'lorawan',
  // The built-in broker, when an entry under `brokers` has the name mqtt.
  'mqtt-broker',
  // The server's own.
  ...['simulator', 'simulate', 'replay', 'desk', 'journal', 'intake', 'unknown', 'env'],
])
/** `serial-2`, `mqtt-1`: sources without a configured name are numbered. */
const numbered = new RegExp(`^(?:${sourceKinds.join('|')}|lorawan)-\\d+$`)

/** Why a token may not send under this name, as a sentence; `undefined` when it may. `configured`: names in the configuration. */
export function reservedSource(name: string, configured: Iterable<string> = []): string | undefined {
  const lower = name.toLowerCase()
  if (reserved.has(lower) || numbered.test(lower))
    return `the name ${name} is reserved for a source of the server itself: choose a name of the sender, such as my-gateway`
  if ([...configured].some((other) => other.toLowerCase() === lower))
    return `the name ${name} belongs to a source of the configuration: choose another, or its readings would be mixed with those of the token`
  return undefined
}
