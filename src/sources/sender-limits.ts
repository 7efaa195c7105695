/** What a token is limited to beside its source: where it may be used, and for what. */
import { type AddressList, createAddressList } from '../lib/address-list.ts'
import { createTopicMatch } from './mqtt/topic-filter.ts'
import type { Sender } from './source.ts'

export interface SenderLimits {
  /** Ids of devices; one that ends with `*` stands for all that begin so. Checked when the frame is decoded, by `deviceLimitMeta`. */
  readonly devices?: readonly string[] | undefined
  /** Filters of the MQTT topics that it may publish to. */
  readonly topics?: readonly string[] | undefined
  /** Addresses and CIDR ranges that it may come from. */
  readonly addresses?: readonly string[] | undefined
  /** Of MQTT. */
  readonly clientId?: string | undefined
}

interface Use {
  readonly address?: string | null | undefined
  readonly topic?: string
  readonly clientId?: string | undefined
}

const addressLists = new WeakMap<readonly string[], AddressList>()
const topicMatches = new WeakMap<readonly string[], (topic: string) => boolean>()

/** Why this sender may not do that, as the end of a sentence about its messages; undefined where it may. */
export function limitRefusal({ source, limits }: Sender, { address, topic, clientId }: Use): string | undefined {
  if (!limits) return undefined
  const { addresses, topics } = limits
  if (addresses && !addressLists.getOrInsertComputed(addresses, createAddressList)(address ?? undefined))
    return `the token of ${source} is not for this address`
  if (limits.clientId !== undefined && clientId !== undefined && limits.clientId !== clientId)
    return `the token of ${source} is for the client id ${limits.clientId} only`
  if (topics && topic !== undefined && !topicMatches.getOrInsertComputed(topics, createTopicMatch)(topic))
    return `the token of ${source} is not for this topic`
  return undefined
}

/** Travels with the bytes: which devices they may speak for (processing/device-limit.ts). */
export const deviceLimitMeta = ({ limits }: Partial<Sender>): { readonly devices?: string } =>
  limits?.devices ? { devices: limits.devices.join(',') } : {}
