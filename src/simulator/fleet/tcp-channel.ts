/** Lines over TCP with acknowledgements; a board that lost its connection begins the next one with what was not acknowledged. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { SendRefused } from '../senders/sender.ts'
import type { Channel, ChannelOptions } from './channel.ts'

const ackMsMax = 30_000

export function tcpChannel(url: string, { signal, onResent }: ChannelOptions): Channel {
  const { hostname, port } = new URL(url)

  async function connection(lines: readonly string[]): Promise<void> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ackMsMax)])
    const socket = connect(Number(port), hostname)
    try {
      await once(socket, 'connect', { signal: limit })
      socket.write(`#ack on\n${lines.join('\n')}\n`)
      await acknowledged(lines.length, () => once(socket, 'data', { signal: limit }) as Promise<[Buffer]>)
    } finally {
      socket.destroy()
    }
  }

  return {
    async send(records) {
      for (const member of Map.groupBy(records, (record) => record.member.index).values())
        for (const lines of Map.groupBy(member, ({ connection }) => connection ?? 1).values())
          await connection(lines.flatMap(({ texts }) => texts)).catch((cause: unknown) => {
            onResent(lines)
            if (signal.aborted) throw cause
            throw new SendRefused(`${url}: ${(cause as Error).message} while ${lines.length} lines were sent`, {
              cause,
            })
          })
    },
    async noise(text) {
      await connection([text])
      return 1
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

/** `ACK n`: the first n lines of the connection are durable. */
async function acknowledged(lines: number, next: () => Promise<[Buffer]>): Promise<void> {
  for (let text = ''; ; ) {
    text += (await next())[0].toString('latin1')
    const counts = Array.from(text.matchAll(/^ACK (\d+)$/gm), ([, count]) => Number(count))
    if (counts.some((count) => count >= lines)) return
  }
}
