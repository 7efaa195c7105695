/** One end of an MQTT connection that sends exactly the given packets, for the contract tests of both sources. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { generate, type Packet, parser } from 'mqtt-packet'

export interface RawPeer {
  readonly socket: Socket
  /** Everything the other end has sent. */
  readonly heard: readonly Packet[]
  send(...packets: Packet[]): void
  /** Bytes as they are. */
  write(bytes: Uint8Array): void
  /** `command messageId`, of what was heard, `connack` and `suback` left out. */
  answers(): string[]
  readonly closed: boolean
  hear(listener: (packet: Packet) => void): void
}

export function rawPeer(socket: Socket, protocolVersion: 4 | 5 = 4): RawPeer {
  const heard: Packet[] = []
  const listeners: ((packet: Packet) => void)[] = []
  const reader = parser({ protocolVersion })
  reader.on('packet', (packet) => {
    heard.push(packet)
    for (const listener of listeners) listener(packet)
  })
  socket.on('data', (data) => reader.parse(data as Buffer))
  // A fault closes the socket, which ends the client.
  socket.on('error', () => {})
  return {
    socket,
    heard,
    send: (...packets) =>
      void socket.write(Buffer.concat(packets.map((packet) => generate(packet, { protocolVersion })))),
    write: (bytes) => void socket.write(bytes),
    answers: () =>
      heard
        .filter(({ cmd }) => cmd !== 'connack' && cmd !== 'suback')
        .map((packet) => `${packet.cmd} ${packet.messageId ?? ''}`.trim()),
    get closed() {
      return socket.destroyed
    },
    hear: (listener) => void listeners.push(listener),
  }
}

/** A client that has sent CONNECT and waited for the answer. */
export async function rawClient(
  port: number,
  options: {
    clientId?: string
    clean?: boolean
    username?: string
    password?: string
    will?: { topic: string; payload: Buffer; qos: 0 | 1 | 2; retain: boolean }
  } = {},
): Promise<RawPeer & { readonly returnCode: number | undefined }> {
  const { clientId = 'raw', clean = true, username, password, will } = options
  const socket = connect(port, '127.0.0.1')
  const peer = rawPeer(socket)
  await once(socket, 'connect')
  const answered = new Promise<Packet | undefined>((resolve) => {
    peer.hear(resolve)
    socket.once('close', () => resolve(undefined))
  })
  peer.send({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId,
    clean,
    keepalive: 0,
    ...(will ? { will } : {}),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: Buffer.from(password) }),
  })
  const answer = await answered
  return Object.assign(peer, { returnCode: answer?.cmd === 'connack' ? answer.returnCode : undefined })
}

export const publish = (
  messageId: number,
  payload: string,
  more: { topic?: string; qos?: 0 | 1 | 2; dup?: boolean; retain?: boolean } = {},
): Packet => ({
  cmd: 'publish',
  topic: 'baykeeper/A-017/reading',
  qos: 1,
  dup: false,
  retain: false,
  messageId,
  payload,
  ...more,
})
