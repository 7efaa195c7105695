/** Reads the fields of an MQTT packet (MQTT 3.1.1, section 1.5). Nothing is read beyond its end. */
import { isUtf8 } from 'node:buffer'

export interface PacketFields {
  readonly left: number
  /** Undefined at the end of the packet. */
  byte(): number | undefined
  uint16(): number | undefined
  uint32(): number | undefined
  /** So many bytes; undefined when there are fewer. */
  take(length: number): Buffer | undefined
  /** Two bytes of length and as many bytes of data (1.5.3, 3.1.3.3). */
  data(): Buffer | undefined
  /** As `data`; `malformed` when it is no UTF-8 or holds U+0000 (MQTT-1.5.3-1, MQTT-1.5.3-2). */
  text(): string | typeof malformed | undefined
}

/** No text: a client may send any, this word too. */
export const malformed = Symbol('malformed')

export function packetFields(body: Buffer): PacketFields {
  let at = 0
  const take = (length: number): Buffer | undefined => {
    if (at + length > body.length) return undefined
    at += length
    return body.subarray(at - length, at)
  }
  const fields: PacketFields = {
    get left() {
      return body.length - at
    },
    byte: () => take(1)?.[0],
    uint16: () => take(2)?.readUInt16BE(),
    uint32: () => take(4)?.readUInt32BE(),
    take,
    data() {
      const length = fields.uint16()
      return length === undefined ? undefined : take(length)
    },
    text() {
      const data = fields.data()
      return data && (isUtf8(data) && !data.includes(0) ? data.toString() : malformed)
    },
  }
  return fields
}
