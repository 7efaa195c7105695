/** The optional acknowledgements of TCP lines: asked for by a first line `#ack on`, sent as `ACK n` after each sync. */
import type { Socket } from 'node:net'

export interface AckWriter {
  /** The chunk, without the request when the connection begins with one. */
  withoutRequest(chunk: Buffer): Buffer
  /** Answers go back: the client sends again what was not acknowledged. */
  readonly isOn: boolean
  /** Bytes held back because they may become a request. */
  rest(): Buffer
  /** `lines` more of the connection's lines are durable. */
  durable(lines: number): void
  flushed(): Promise<void>
}

const request = Buffer.from('#ack on')
/** The request with its line end, LF or CRLF. */
const requestBytesMax = request.length + 2
const lf = 10
const cr = 13
const nothing = Buffer.alloc(0)

export function createAckWriter(socket: Socket): AckWriter {
  let state: 'unknown' | 'on' | 'off' = 'unknown'
  let beginning = nothing
  let durable = 0
  let told = 0
  let telling = false

  function tell() {
    telling = false
    if (durable === told || !socket.writable) return
    told = durable
    socket.write(`ACK ${durable}\n`)
  }

  return {
    withoutRequest(chunk) {
      if (state !== 'unknown') return chunk
      beginning = Buffer.concat([beginning, chunk])
      const end = beginning.indexOf(lf)
      const common = Math.min(beginning.length, request.length)
      const begins = beginning.compare(request, 0, common, 0, common) === 0
      if (begins && end < 0 && beginning.length < requestBytesMax) return nothing
      const length = end > 0 && beginning[end - 1] === cr ? end - 1 : end
      state = begins && length === request.length ? 'on' : 'off'
      return state === 'on' ? beginning.subarray(end + 1) : beginning
    },
    get isOn() {
      return state === 'on'
    },
    rest: () => (state === 'unknown' ? beginning : nothing),
    durable(lines) {
      durable += lines
      if (state !== 'on' || telling) return
      telling = true
      // One answer for everything that became durable with one sync.
      setImmediate(tell)
    },
    async flushed() {
      if (telling) await new Promise((resolve) => setImmediate(resolve))
    },
  }
}
