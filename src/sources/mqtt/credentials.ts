/**
 * Who a client of the built-in broker is, and what it may read.
 *
 * The broker ends a connection when another one brings its client id. So inside the broker an id carries the credential: the source
 * of the token, or nothing for clients without one. So a client can only end connections with the same credential.
 */
import { randomUUID } from 'node:crypto'
import type { AedesPublishPacket, Client, ConnectPacket } from 'aedes'
import { limitRefusal } from '../sender-limits.ts'
import type { Sender, TokenCheck } from '../source.ts'
import type { PacketGate } from './packet-gate.ts'

/** Without a token the source is the broker's own. */
export type MqttSender = Partial<Sender>

export interface Credentials {
  /** Checks user and password, and makes the client id one of this credential. */
  connect(client: Client, packet: ConnectPacket): void
  /** Why a client that may not connect may not. `source`: of a valid token that is limited. */
  refusalOf(client: Client): { readonly reason: string; readonly source: string | undefined }
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
  const refusals = new WeakMap<Client, { reason: string; source: string | undefined }>()
  const withToken = new Map<Client, { readonly username: string; readonly token: string; readonly clientId: string }>()
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
      const limited = sender && limitOf(sender, client, clientId)
      packet.clientId = `${sender?.source ?? ''}${separator}${clientId || randomUUID()}`
      if (!sender || limited !== undefined) {
        refusals.set(client, {
          reason: limited ?? wrongToken,
          source: limited === undefined ? undefined : sender?.source,
        })
        return
      }
      senders.set(client, sender)
      if (sender.source === undefined) return
      withToken.set(client, { username: sender.source, token, clientId: clientId ?? '' })
      client.conn.once('close', () => withToken.delete(client))
    },
    refusalOf: (client) => refusals.get(client) ?? { reason: wrongToken, source: undefined },
    of: (client) => senders.get(client),
    revoked() {
      const now = tokens.version?.()
      if (now === version) return []
      version = now
      return [...withToken].flatMap(([client, { username, token, clientId }]) => {
        const found = check(username, token)
        const sender = found && limitOf(found, client, clientId) === undefined ? found : undefined
        if (sender) senders.set(client, sender)
        else senders.delete(client)
        return sender ? [] : [client]
      })
    },
    mayForward: ({ clientId }: AedesPublishPacket & { readonly clientId?: string }) =>
      clientId === undefined || clientId.startsWith(anonymousPrefix),
  }
}

/** Where it is used: from which address, and under which client id. */
const limitOf = (sender: MqttSender, client: Client, clientId: string | undefined): string | undefined =>
  sender.source === undefined
    ? undefined
    : limitRefusal(
        { ...sender, source: sender.source },
        { address: (client.conn as unknown as PacketGate).socket.remoteAddress, clientId: clientId ?? '' },
      )

const wrongToken = 'the user is not the name of a source, or the password not its token'

/** A token only sends. Without one a client reads what others without one send, and nothing of the broker's own. */
export const mayRead = (sender: MqttSender | undefined, filter: string): boolean =>
  sender !== undefined && sender.source === undefined && !filter.startsWith('$')

/** The id as the client sent it. */
export function clientIdOf({ id }: Client): string | undefined {
  return id ? id.slice(id.indexOf(separator) + 1) : undefined
}
