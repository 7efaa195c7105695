/** Reading foreign JSON without trusting its shape: every look answers `undefined` where the value is not what it should be. */

import { normalHardwareId } from '../../domain/hardware-id.ts'
import { idFault } from '../../domain/id-text.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { parseTime } from '../time.ts'

export type Json = Readonly<Record<string, unknown>>

export const objectOf = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** A text that is not empty. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** A finite number, or a text of one: several network servers write numbers as text. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'string' && value.length < 40 && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined
}

/** A frame counter or port. */
export function wholeOf(value: unknown): number | undefined {
  const number = numberOf(value)
  return number !== undefined && number >= 0 && Number.isSafeInteger(number) ? number : undefined
}

export const timeOf = (value: unknown): Instant | undefined => {
  const text = textOf(value)
  return text === undefined ? undefined : parseTime(text)
}

/** DevEUI in its normal form; some network servers write it with fewer digits. */
export function euiOf(value: unknown): string | undefined {
  const text = textOf(value)
  if (text === undefined) return undefined
  const hex = normalHardwareId(text.trim()).replace(/[:-]/g, '').toUpperCase()
  return /^[0-9A-F]{1,16}$/.test(hex) ? hex : undefined
}

/** Device address, the session of a network server that names none; upper-case hex. */
export function addressOf(value: unknown): string | undefined {
  const hex = textOf(value)?.toUpperCase()
  return hex !== undefined && /^[0-9A-F]{1,16}$/.test(hex) ? hex : undefined
}

/** An opaque id of a session, 1 to 64 printable characters. */
export function sessionOf(value: unknown): string | undefined {
  const text = textOf(value)
  return text !== undefined && /^[\x21-\x7e]{1,64}$/.test(text) ? text : undefined
}

/** Milliseconds since 1970. */
export function msOf(value: unknown): Instant | undefined {
  const ms = wholeOf(value)
  return ms === undefined || ms === 0 || ms > 8.64e15 ? undefined : instant(ms)
}

/** Vendor and model as an identifier, when both are there. */
export function pairOf(
  vendor: unknown,
  model: unknown,
): readonly { readonly vendor: string; readonly model: string }[] {
  const [vendorText, modelText] = [textOf(vendor), textOf(model)]
  return vendorText === undefined || modelText === undefined ? [] : [{ vendor: vendorText, model: modelText }]
}

/** A name that may be vendor and model. */
export function nameOf(value: unknown): readonly { readonly name: string }[] {
  const name = textOf(value)
  return name === undefined ? [] : [{ name }]
}

export function base64Of(value: unknown): Uint8Array | undefined {
  if (value === undefined || value === null) return new Uint8Array(0)
  try {
    return typeof value === 'string' ? Uint8Array.fromBase64(value) : undefined
  } catch {
    // Text that is no base64 holds no bytes; the caller rejects the frame.
    return undefined
  }
}

export function hexOf(value: unknown): Uint8Array | undefined {
  if (value === undefined || value === null) return new Uint8Array(0)
  try {
    return typeof value === 'string' ? Uint8Array.fromHex(value) : undefined
  } catch {
    // Text that is no hexadecimal holds no bytes; the caller rejects the frame.
    return undefined
  }
}

/** Ids of the gateways that heard a frame, each once; undefined where one of them has none. `idOf`: of an entry of the list. */
export function gatewaysIn(gateways: unknown, idOf: (gateway: Json) => unknown): readonly string[] | undefined {
  const ids = new Set<string>()
  for (const entry of listOf(gateways)) {
    const gateway = objectOf(entry)
    const id = gateway && textOf(idOf(gateway))
    if (id === undefined || idFault(id) !== undefined) return undefined
    ids.add(id)
  }
  return ids.size === 0 ? undefined : [...ids]
}

/** RSSI and SNR at the gateway that heard it best. */
export function bestRadio(gateways: unknown, rssi: string, snr: string): { rssiDbm?: number; snrDb?: number } {
  let best: { rssiDbm?: number; snrDb?: number } = {}
  for (const entry of listOf(gateways)) {
    const gateway = objectOf(entry)
    const rssiDbm = numberOf(gateway?.[rssi])
    if (rssiDbm === undefined || rssiDbm <= (best.rssiDbm ?? Number.NEGATIVE_INFINITY)) continue
    const snrDb = numberOf(gateway?.[snr])
    best = { rssiDbm, ...(snrDb === undefined ? {} : { snrDb }) }
  }
  return best
}
