/** Packets of MQTT as bytes: the same frame in every version (fixed header, remaining length). */

export const lengthBytes = (length: number): Buffer => {
  const bytes: number[] = []
  let left = length
  do {
    const low = left % 128
    left = Math.floor(left / 128)
    bytes.push(left > 0 ? low | 0x80 : low)
  } while (left > 0)
  return Buffer.from(bytes)
}

export const packetOf = (header: number, ...parts: readonly Uint8Array[]): Buffer => {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([Buffer.from([header]), lengthBytes(length), ...parts])
}

export const uint16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff])
/** Two bytes of length, then the data. */
export const field = (data: Uint8Array | string): Buffer => {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data
  return Buffer.concat([uint16(bytes.length), bytes])
}

/** Takes chunks and gives out whole packets. Parts are joined once, when a packet is whole. */
export function createFraming() {
  let parts: Buffer[] = []
  let have = 0
  /** Bytes that the next packet needs at least; what is known so far. */
  let need = 2

  function packetsIn(bytes: Buffer, onPacket: (header: number, body: Buffer) => void, bytesMax: () => number) {
    let at = 0
    for (;;) {
      const size = sizeOf(bytes, at)
      if (size === 'malformed') return { at, wrong: 'a packet whose length has more than four bytes [2.1.4]' }
      if (size !== undefined && size.body > bytesMax()) return { at, tooLarge: size.body }
      if (size === undefined || at + size.head + size.body > bytes.length) {
        need = size === undefined ? bytes.length - at + 1 : size.head + size.body
        return { at }
      }
      onPacket(bytes[at] as number, bytes.subarray(at + size.head, at + size.head + size.body))
      at += size.head + size.body
    }
  }

  return {
    /** `tooLarge`: the bytes of a packet that is; `wrong`: what is not a packet. Nothing is read after either. */
    take(chunk: Buffer, onPacket: (header: number, body: Buffer) => void, bytesMax: () => number) {
      parts.push(chunk)
      have += chunk.length
      if (have < need) return {}
      const bytes = parts.length === 1 ? chunk : Buffer.concat(parts)
      const { at, ...found } = packetsIn(bytes, onPacket, bytesMax)
      const rest = bytes.subarray(at)
      // Copied, so that what was taken is not kept with it.
      parts = rest.length > 0 ? [Buffer.from(rest)] : []
      have = rest.length
      if (have === 0) need = 2
      return found as { readonly tooLarge?: number; readonly wrong?: string }
    },
  }
}

function sizeOf(bytes: Buffer, at: number): { head: number; body: number } | 'malformed' | undefined {
  let body = 0
  for (let i = 1; i <= 4; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) return undefined
    body += (byte & 0x7f) * 128 ** (i - 1)
    if (byte < 0x80) return { head: i + 1, body }
  }
  return 'malformed'
}
