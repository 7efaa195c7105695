/**
 * Who a client of the built-in broker is, and what it may read.
 *
 * The broker ends a connection when another one brings its client id. So inside the broker an id carries the credential: the source
 * of the token, or nothing for clients without one. So a client can only end connections with the same credential.
 */
import { randomUUID } from 'node:crypto'
import type { AedesPublishPacket, Client, ConnectPacket } from 'aedes'
import type { Sender, TokenCheck } from '../source.ts'

/** Without a token the source is the broker's own. */
export type MqttSender = Partial<Sender>

export interface Credentials {
  /** Checks user and password, and makes the client id one of this credential. */
  connect(client: Client, packet: ConnectPacket): void
  /** Undefined: it may not connect. */
  of(client: Client): MqttSender | undefined
  /** Connected clients whose token is none any more; looked for when the tokens have changed. Takes over changes of trust. */
  revoked(): Client[]
  /** What came with a token goes only to the journal. */
  mayForward(packet: AedesPublishPacket): boolean
}

/** In an id that no client can send: U+0000 is malformed there. */
const separator = '\0'
const anonymousPrefix = separator

export function createCredentials({
  tokens,
  anonymous,
}: {
  readonly tokens: TokenCheck
  readonly anonymous: boolean
}): Credentials {
  const senders = new WeakMap<Client, MqttSender>()
  const withToken = new Map<Client, { readonly username: string; readonly token: string }>()
  let version = tokens.version?.()

  const check = (username: string | undefined, token: string): Sender | undefined => {
    const sender = tokens.ingest(token)
    return sender?.source === username ? sender : undefined
  }

  return {
    connect(client, packet) {
      const { username, password, clientId } = packet
      const token = password?.toString() ?? ''
      const sender: MqttSender | undefined = token === '' ? (anonymous ? {} : undefined) : check(username, token)
      packet.clientId = `${sender?.source ?? ''}${separator}${clientId || randomUUID()}`
      if (!sender) return
      senders.set(client, sender)
      if (sender.source === undefined) return
      withToken.set(client, { username: sender.source, token })
      client.conn.once('close', () => withToken.delete(client))
    },
    of: (client) => senders.get(client),
    revoked() {
      const now = tokens.version?.()
      if (now === version) return []
      version = now
      return [...withToken].flatMap(([client, { username, token }]) => {
        const sender = check(username, token)
        if (sender) senders.set(client, sender)
        else senders.delete(client)
        return sender ? [] : [client]
      })
    },
    mayForward: ({ clientId }: AedesPublishPacket & { readonly clientId?: string }) =>
      clientId === undefined || clientId.startsWith(anonymousPrefix),
  }
}

/** A token only sends. Without one a client reads what others without one send, and nothing of the broker's own. */
export const mayRead = (sender: MqttSender | undefined, filter: string): boolean =>
  sender !== undefined && sender.source === undefined && !filter.startsWith('$')

/** The id as the client sent it. */
export function clientIdOf({ id }: Client): string | undefined {
  return id ? id.slice(id.indexOf(separator) + 1) : undefined
}
