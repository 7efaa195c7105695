/** Names of sources: part of every reading's identity, so two senders must not share one by accident. */
import { sourceList } from '../sources/list.ts'

/** The server's own, beside those of the listed sources. */
const ofServer = ['simulator', 'simulate', 'replay', 'desk', 'journal', 'intake', 'unknown', 'env']
const ofProtocols = sourceList.flatMap(({ reserved }) => reserved)
const reserved: ReadonlySet<string> = new Set([
  ...ofProtocols,
  ...sourceList.flatMap(({ reservedAlso = [] }) => reservedAlso),
  ...ofServer,
])
/** `serial-2`, `mqtt-1`: sources without a configured name are numbered. */
const numbered = new RegExp(`^(?:${ofProtocols.join('|')})-\\d+$`)

/** Why a token may not send under this name, as a sentence; `undefined` when it may. `configured`: names in the configuration. */
export function reservedSource(name: string, configured: Iterable<string> = []): string | undefined {
  const lower = name.toLowerCase()
  if (reserved.has(lower) || numbered.test(lower))
    return `the name ${name} is reserved for a source of the server itself: choose a name of the sender, such as my-gateway`
  if ([...configured].some((other) => other.toLowerCase() === lower))
    return `the name ${name} belongs to a source of the configuration: choose another, or its readings would be mixed with those of the token`
  return undefined
}
