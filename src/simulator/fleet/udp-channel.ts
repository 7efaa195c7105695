/** Datagrams that ask for an acknowledgement; one without an answer is sent again. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { SendRefused } from '../senders/sender.ts'
import type { Channel, ChannelOptions } from './channel.ts'

const answerMsMax = 5_000
const triesMax = 6

export async function udpChannel(url: string, { signal, onResent }: ChannelOptions): Promise<Channel> {
  const { hostname, port } = new URL(url)
  const host = hostname.replaceAll(/[[\]]/g, '')
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  let waiting: { readonly answer: string; resolve(): void } | undefined
  socket.on('message', (bytes) => {
    if (waiting && bytes.toString('latin1').trim() === waiting.answer) waiting.resolve()
  })
  socket.connect(Number(port), host)
  await once(socket, 'connect', { signal })
  let count = 0

  async function datagram(text: string, onAgain: () => void): Promise<void> {
    const id = `f${++count}`
    const { promise, resolve } = Promise.withResolvers<'answered'>()
    waiting = { answer: `ACK ${id}`, resolve: () => resolve('answered') }
    for (let tries = 0; tries < triesMax; tries++) {
      signal.throwIfAborted()
      if (tries > 0) onAgain()
      socket.send(`#ack ${id}\n${text}`)
      if ((await Promise.race([promise, lateAnswer(signal)])) === 'answered') return
    }
    throw new SendRefused(`${url} did not acknowledge a datagram in ${(triesMax * answerMsMax) / 1_000} s`)
  }

  return {
    async send(records) {
      for (const record of records) for (const text of record.texts) await datagram(text, () => onResent([record]))
    },
    async noise(text) {
      await datagram(text, () => {})
      return 1
    },
    async [Symbol.asyncDispose]() {
      socket.close()
    },
  }
}

const lateAnswer = (signal: AbortSignal) =>
  new Promise<'late'>((resolve, reject) => {
    const timer = setTimeout(() => resolve('late'), answerMsMax)
    timer.unref()
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
