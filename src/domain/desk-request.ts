/**
 * The request that a change by a person was made for, as its record names it: of two records of one request the first takes effect, also when
 * the server was killed between them (processing/desk-requests.ts).
 */
import type { Instant } from '../lib/brand.ts'
import { decodeUplink, encodeUplink } from './uplink.ts'

/** As long as the columns they are stored in. */
const requestCharsMax = 64

export interface DeskRequest {
  /** Of who asked and the key that was given, with the number of the record in it. */
  readonly request: string
  /** Of what was asked: another content under the same key is another request. */
  readonly fingerprint: string
}

/** The record with its request. */
export function withRequest(record: Uint8Array, { request, fingerprint }: DeskRequest): Uint8Array {
  const uplink = decodeUplink(record)
  if (!uplink) throw new TypeError('a record of a change that cannot be read')
  return encodeUplink({ ...uplink, meta: { ...uplink.meta, request, fingerprint } })
}

/** Undefined where the record names none. */
export function deskRequestOf(record: Uint8Array): (DeskRequest & { readonly at: Instant }) | undefined {
  const uplink = decodeUplink(record)
  const { request, fingerprint = '' } = uplink?.meta ?? {}
  if (!uplink || !isStorable(request) || !isStorable(fingerprint)) return undefined
  return Number.isSafeInteger(uplink.arrivedAt) ? { request, fingerprint, at: uplink.arrivedAt } : undefined
}

const isStorable = (text: string | undefined): text is string =>
  text !== undefined && text.length <= requestCharsMax && /^[\w.-]*$/.test(text)
