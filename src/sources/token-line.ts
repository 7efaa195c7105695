/**
 * How a sender of lines or datagrams proves who it is: by a first line of its own, before all others.
 *
 * - `#token TOKEN`: the ingest token itself. TLS keeps it from others on the way; UDP has none.
 * - `#hmac SOURCE MAC` (UDP): HMAC-SHA-256 of all bytes behind this line in hexadecimal; its key is SHA-256 of the token, as 32 bytes. The token
 *   does not go over the network. A datagram that is sent again by another is the same reading again, which its number shows.
 */
const tokenForm = /^#token +(\S{1,512}) *\r?$/
const hmacForm = /^#hmac +(\S{1,64}) +([0-9a-fA-F]{64}) *\r?$/
const begin = Buffer.from('#token ')
/** `#token `, the longest token, and the line end. */
const lineBytesMax = begin.length + 514
const lf = 10

export type Proof =
  | { readonly is: 'token'; readonly token: string }
  | { readonly is: 'hmac'; readonly source: string; readonly mac: string }

/** Of a whole datagram: the proof it begins with, and the bytes behind it. */
export function proofOf(datagram: Buffer): { readonly proof: Proof | undefined; readonly bytes: Buffer } {
  const end = datagram[0] === begin[0] ? datagram.subarray(0, lineBytesMax).indexOf(lf) : -1
  if (end < 0) return { proof: undefined, bytes: datagram }
  const line = datagram.toString('latin1', 0, end)
  const bytes = datagram.subarray(end + 1)
  const token = tokenForm.exec(line)?.[1]
  if (token !== undefined) return { proof: { is: 'token', token }, bytes }
  const [, source, mac] = hmacForm.exec(line) ?? []
  if (source !== undefined && mac !== undefined) return { proof: { is: 'hmac', source, mac }, bytes }
  return { proof: undefined, bytes: datagram }
}

export interface TokenLine {
  /** What is to be read of the connection now; undefined while its first line may still become a token. */
  push(chunk: Buffer): Buffer | undefined
  /** Called once, before the first bytes are handed on. */
  readonly token: string | undefined
  /** Bytes that are held back. */
  rest(): Buffer
}

const nothing = Buffer.alloc(0)

/** Of the bytes of a connection, in order. */
export function createTokenLine(): TokenLine {
  let held: Buffer = nothing
  let isDecided = false
  let token: string | undefined
  return {
    get token() {
      return token
    },
    push(chunk) {
      if (isDecided) return chunk
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      const common = Math.min(held.length, begin.length)
      const mayBe = held.compare(begin, 0, common, 0, common) === 0
      const end = held.indexOf(lf)
      if (mayBe && end < 0 && held.length < lineBytesMax) return undefined
      isDecided = true
      const all = held
      held = nothing
      token = mayBe && end >= 0 ? tokenForm.exec(all.toString('latin1', 0, end))?.[1] : undefined
      return token === undefined ? all : all.subarray(end + 1)
    },
    rest: () => held,
  }
}
