/** Who sends the lines of a connection: its address where that is listed, or the token of its first line. */
import type { Socket } from 'node:net'
import type { Refusals } from '../refusals.ts'
import { limitRefusal } from '../sender-limits.ts'
import type { Sender, TokenCheck } from '../source.ts'
import { createTokenLine } from '../token-line.ts'

export interface LineSenderOptions {
  readonly socket: Socket
  /** Its address may send without a token. */
  readonly isListed: boolean
  readonly tokens: TokenCheck | undefined
  readonly refusals: Refusals
}

export interface LineSender {
  /** What is to be read of the chunk; nothing while it is not known who sends, and when the connection was refused. */
  admitted(chunk: Buffer): Buffer
  /** Undefined: without a token. */
  sender(): Sender | undefined
  /** Ends the connection where its token is none any more. */
  check(): void
  /** Bytes that were held back and begin no token. */
  rest(): Buffer
}

export const unlisted = 'the address is not in the allow list, and the first line is no valid token'
const nothing = Buffer.alloc(0)

export function createLineSender({ socket, isListed, tokens, refusals }: LineSenderOptions): LineSender {
  const line = createTokenLine()
  const peer = socket.remoteAddress
  let sender: Sender | undefined
  let state: 'unknown' | 'admitted' | 'refused' = 'unknown'

  function reason(): string | undefined {
    if (sender) return limitRefusal(sender, { address: peer })
    if (line.token !== undefined) return 'the first line names no valid token'
    return isListed ? undefined : unlisted
  }

  return {
    admitted(chunk) {
      const read = line.push(chunk)
      if (read === undefined || state === 'refused') return nothing
      if (state === 'admitted') return read
      sender = line.token === undefined ? undefined : tokens?.ingest(line.token)
      const refused = reason()
      state = refused === undefined ? 'admitted' : 'refused'
      if (refused === undefined) return read
      refusals.refuse(refused, { peer, source: sender?.source })
      socket.destroy()
      return nothing
    },
    sender: () => sender,
    check() {
      if (line.token === undefined) return
      sender = tokens?.ingest(line.token)
      if (reason() !== undefined) socket.destroy()
    },
    rest: () => (isListed && !line.rest().includes(' ') ? line.rest() : nothing),
  }
}
