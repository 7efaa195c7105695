/** A broker that sends exactly what a test gives it, for the contract of the client. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { IConnackPacket, Packet } from 'mqtt-packet'
import { type RawPeer, rawPeer } from './raw-client.ts'

export interface ScriptedBroker extends AsyncDisposable {
  readonly url: string
  /** One for each connection, in order. */
  readonly peers: readonly RawPeer[]
}

export interface Script {
  readonly version?: 4 | 5
  /** Beside what accepts the connection; the session is there from the second one on. */
  readonly connack?: Partial<IConnackPacket>
  /** Sent together with CONNACK. */
  readonly kept?: readonly Packet[]
  readonly granted?: number
}

export async function scriptedBroker({
  version = 4,
  connack,
  kept = [],
  granted = 1,
}: Script = {}): Promise<ScriptedBroker> {
  const peers: RawPeer[] = []
  const server = createServer((socket) => {
    const peer = rawPeer(socket, version)
    peers.push(peer)
    peer.hear((packet) => {
      const { cmd, messageId = 0 } = packet
      const accepted = { cmd: 'connack', returnCode: 0, reasonCode: 0, sessionPresent: peers.length > 1 } as const
      if (cmd === 'connect') peer.send({ ...accepted, ...connack }, ...kept)
      if (packet.cmd === 'subscribe')
        peer.send({ cmd: 'suback', messageId, granted: packet.subscriptions.map(() => granted) })
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    peers,
    async [Symbol.asyncDispose]() {
      for (const { socket } of peers) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
