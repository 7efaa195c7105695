/**
 * One answer of the storage of The Things Stack: a line of JSON for each uplink, `{"result":{...}}`, in the order that was asked for
 * (Storage Integration API, "Retrieve Messages"). A line `{"error":{...}}` ends a stream that failed. What is cut off is no line.
 */
import { normalHardwareId } from '../../domain/hardware-id.ts'
import { type Instant, instant } from '../../lib/brand.ts'

export interface StoredUplink {
  /** The line as it came. */
  readonly bytes: Uint8Array
  /** DevEUI in its normal form, else the id that the network server gave the device. */
  readonly device: string
  readonly number: number
  readonly session: string
  readonly receivedAt: Instant
  /** The same as it came: The Things Stack gives nanoseconds. */
  readonly receivedText: string
}

export interface StoredPage {
  readonly uplinks: readonly StoredUplink[]
  /** Lines that were whole, uplinks or not. */
  readonly lines: number
  /** Why the answer is not whole; undefined when it is. */
  readonly broken: string | undefined
}

type Json = Readonly<Record<string, unknown>>
const objectOf = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

export function readStoredPage(body: Uint8Array): StoredPage {
  const uplinks: StoredUplink[] = []
  let lines = 0
  for (let at = 0; at < body.length; ) {
    const newline = body.indexOf(0x0a, at)
    const end = newline < 0 ? body.length : newline
    const bytes = body.subarray(at, end)
    at = end + 1
    if (bytes.every((byte) => byte === 0x0d || byte === 0x20)) continue
    const line = parsed(bytes)
    if (!line) return { uplinks, lines, broken: 'a line of the answer is cut off or is not JSON' }
    const error = objectOf(line['error'])
    if (error) return { uplinks, lines, broken: `the network server reports ${textOf(error['message']) ?? 'an error'}` }
    lines++
    const uplink = uplinkOf(bytes, line)
    if (uplink) uplinks.push(uplink)
  }
  return { uplinks, lines, broken: undefined }
}

function parsed(bytes: Uint8Array): Json | undefined {
  try {
    return objectOf(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch {
    // Cut off, or no text: the caller reports the answer as broken.
    return undefined
  }
}

const timeForm = /^\d{4}-\d\d-\d\dT[\d:]{5,8}(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/

/** Zero and empty fields are left out, so a missing f_cnt is 0. */
function uplinkOf(bytes: Uint8Array, line: Json): StoredUplink | undefined {
  const result = objectOf(line['result'])
  const ids = objectOf(result?.['end_device_ids'])
  const uplink = objectOf(result?.['uplink_message'])
  const device = textOf(ids?.['dev_eui']) ?? textOf(ids?.['device_id'])
  const number = Number(uplink?.['f_cnt'] ?? 0)
  const receivedText = textOf(result?.['received_at']) ?? textOf(uplink?.['received_at']) ?? ''
  const receivedAt = timeForm.test(receivedText) ? Date.parse(receivedText) : Number.NaN
  if (!uplink || device === undefined || !Number.isSafeInteger(number) || Number.isNaN(receivedAt)) return undefined
  return {
    bytes,
    device: normalHardwareId(device),
    number,
    session: textOf(uplink['session_key_id']) ?? textOf(ids?.['dev_addr']) ?? '',
    receivedAt: instant(receivedAt),
    receivedText,
  }
}
