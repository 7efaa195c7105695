/** A TCP proxy for tests that cuts the line around a COMMIT or in the middle of a batch, goes silent without closing anything, or away. */
import net from 'node:net'

/**
 * Where the line breaks: before COMMIT is forwarded (the server rolls back), as soon as it is forwarded (the server decides), when the
 * answer has come and is not delivered, or within the answer's bytes.
 */
export const cuts = ['before', 'forwarded', 'answered', 'inside'] as const
export type Cut = (typeof cuts)[number]

export interface CuttingProxy extends AsyncDisposable {
  readonly port: number
  /** The next COMMIT is cut, once. */
  cutNext(cut: Cut, options?: { readonly reset?: boolean }): void
  /** The line breaks by a reset when this many further bytes have gone to the server, once. */
  resetAfter(bytes: number): void
  /** Nothing passes any more on the lines open now; new lines work. */
  silence(): void
  /** All lines are dropped, and new ones too, until it is back. */
  away(isAway: boolean): void
}

/** A text command: length, sequence 0, COM_QUERY; MySQL is sent the number of attributes too, none, in one set. */
const commitPackets = ['\x07\x00\x00\x00\x03COMMIT', '\x09\x00\x00\x00\x03\x00\x01COMMIT'].map((packet) =>
  Buffer.from(packet, 'latin1'),
)
const hasCommit = (bytes: Buffer) => commitPackets.some((packet) => bytes.includes(packet))

export async function cuttingProxy(serverPort: number): Promise<CuttingProxy> {
  let armed: { cut: Cut; reset: boolean } | undefined
  let bytesLeft = Number.POSITIVE_INFINITY
  let isAway = false
  const lines = new Set<{ silent: boolean; drop(reset?: boolean): void }>()

  const proxy = net.createServer({ noDelay: true }, (client) => {
    if (isAway) return void client.resetAndDestroy()
    const server = net.connect({ port: serverPort, host: '127.0.0.1', noDelay: true })
    const line = {
      silent: false,
      drop(reset = false) {
        lines.delete(line)
        if (reset) client.resetAndDestroy()
        else client.destroy()
        server.destroy()
      },
    }
    lines.add(line)
    for (const end of [client, server]) {
      end.on('error', () => line.drop())
      end.on('close', () => line.silent || line.drop())
    }
    let hearing: (answer: Buffer) => void = (answer) => void client.write(answer)
    server.on('data', (answer: Buffer) => line.silent || hearing(answer))
    client.on('data', (bytes: Buffer) => {
      if (line.silent) return
      if (bytes.length >= bytesLeft) {
        const passed = bytes.subarray(0, bytesLeft)
        bytesLeft = Number.POSITIVE_INFINITY
        return void server.write(passed, () => line.drop(true))
      }
      bytesLeft -= bytes.length
      if (!armed || !hasCommit(bytes)) return void server.write(bytes)
      const { cut, reset } = armed
      armed = undefined
      switch (cut) {
        case 'before':
          return line.drop(reset)
        case 'forwarded':
          return void server.write(bytes, () => line.drop(reset))
        case 'answered':
          hearing = () => line.drop(reset)
          return void server.write(bytes)
        case 'inside':
          hearing = (answer) => void client.write(answer.subarray(0, 5), () => line.drop())
          return void server.write(bytes)
      }
    })
  })
  proxy.listen(0, '127.0.0.1')
  await new Promise((resolve) => proxy.once('listening', resolve))

  return {
    port: (proxy.address() as net.AddressInfo).port,
    cutNext(cut, { reset = false } = {}) {
      armed = { cut, reset }
    },
    resetAfter(bytes) {
      bytesLeft = bytes
    },
    silence() {
      for (const line of lines) line.silent = true
    },
    away(now) {
      isAway = now
      if (isAway) for (const line of [...lines]) line.drop(true)
    },
    async [Symbol.asyncDispose]() {
      for (const line of [...lines]) line.drop()
      await new Promise((resolve) => proxy.close(resolve))
    },
  }
}
