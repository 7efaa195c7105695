/** What an ingest token may be limited to, as people give it. */
import { addressFault } from '../lib/address-list.ts'
import { topicFilterFault } from '../sources/mqtt/topic-filter.ts'
import type { SenderLimits } from '../sources/sender-limits.ts'

export type TokenLimits = SenderLimits

/** What is wrong with it, as a sentence that begins with its field; undefined where it is good. */
export function limitsFault({ devices = [], topics = [], addresses = [] }: SenderLimits): string | undefined {
  // The list travels with each frame, separated by commas.
  const device = devices.find((one) => !/^[^,*\s]{0,127}(?:[^,*\s]|\*)$/.test(one))
  if (device !== undefined)
    return `devices: ${JSON.stringify(device)} is no device id; write one without commas and blanks, or the begin of several with a * at its end`
  for (const address of addresses) {
    const fault = addressFault(address)
    if (fault !== undefined) return `addresses: ${fault}`
  }
  for (const topic of topics) {
    const fault = topicFilterFault(topic)
    if (fault !== undefined) return `topics: ${fault}`
  }
  return undefined
}

/** Undefined where nothing is limited. */
export function limitsOf(given: SenderLimits): SenderLimits | undefined {
  const some = Object.entries(given).filter(([, value]) => value !== undefined && value.length > 0)
  return some.length === 0 ? undefined : Object.fromEntries(some)
}
