/**
 * Something that was done about access (a user, a key, a sign-in), as a record of the journal: kept for ever with what people change, and without effect
 * on readings. Encoded as an uplink of source `desk`.
 */
import { instant } from '../lib/brand.ts'
import { deskSource } from './layout-publication.ts'
import { decodeUplink, encodeUplink } from './uplink.ts'

const codec = 'access'

export interface AccessRecord {
  readonly id: string
  readonly at: number
  readonly author: string
  readonly account: string
  readonly address: string
  readonly action: string
  readonly target: string
  readonly before: unknown
  readonly after: unknown
}

export function encodeAccessEvent({ at, author, account, address, ...event }: AccessRecord): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(event))
  const meta = { author, account, address }
  return encodeUplink({ source: deskSource, codec, framing: 'whole', arrivedAt: instant(at), meta, bytes })
}

/** `undefined` when the record is something else. */
export function decodeAccessEvent(record: Uint8Array): AccessRecord | undefined {
  const uplink = decodeUplink(record)
  if (uplink?.source !== deskSource || uplink.codec !== codec || !Number.isSafeInteger(uplink.arrivedAt))
    return undefined
  const { author = 'unknown', account = '', address = '' } = uplink.meta ?? {}
  try {
    const event = JSON.parse(Buffer.from(uplink.bytes).toString()) as Pick<
      AccessRecord,
      'id' | 'action' | 'target' | 'before' | 'after'
    >
    if (typeof event.action !== 'string' || typeof event.target !== 'string') return undefined
    const { id, action, target, before = null, after = null } = event
    return { id, at: uplink.arrivedAt, author, account, address, action, target, before, after }
  } catch {
    // Not JSON: the caller shows the record as one that cannot be read.
    return undefined
  }
}

export function isAccessEvent(record: Uint8Array): boolean {
  const uplink = decodeUplink(record)
  return uplink?.source === deskSource && uplink.codec === codec
}
