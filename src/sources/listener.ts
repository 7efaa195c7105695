/** What the listening sources share: where they listen, and how a server starts and stops. */
import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { serveTls } from '../lib/tls-listener.ts'
import type { TlsFiles } from '../lib/tls-pair.ts'
import type { ConnectionLimits } from './connection-limits.ts'
import type { SourceContext } from './source.ts'

/**
 * `fd`: a bound socket handed in by the process that holds it, so that it survives a restart of this one. It can be listened on
 * once: closing the server closes the descriptor.
 */
export type ListenOn = ({ readonly fd: number } | { readonly host: string; readonly port: number }) & {
  /** Connections are TLS, but for those from this machine. */
  readonly tls?: TlsFiles
}

/** Whose connections they are. */
export interface ListeningSource {
  readonly name: string
  readonly context: Pick<SourceContext, 'log' | 'refused'>
  readonly connections: ConnectionLimits | undefined
}

/** Connections the kernel keeps waiting while the process is busy or being replaced. */
const backlogMax = 1_024

/** Resolves with `host:port` once connections are taken. Rejects when the address cannot be had, or the certificate not be used. */
export async function listen(server: Server, { tls, ...on }: ListenOn, source: ListeningSource): Promise<string> {
  if (tls) decrypt(server, tls, source)
  const listening = once(server, 'listening')
  server.listen({ ...on, backlog: backlogMax })
  await listening
  const { address, port, family } = server.address() as AddressInfo
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`
}

function decrypt(server: Server, files: TlsFiles, { name, context, connections }: ListeningSource): void {
  const { log } = context
  serveTls(server, {
    ...{ files, log },
    admit: (socket: Socket) => connections?.admit(socket, { name, log }) ?? true,
    onPlain(socket) {
      context.refused(1, 'unauthorized')
      log.debug('a connection without TLS was refused', { peer: socket.remoteAddress })
    },
  })
}

/** Resolves when the signal has aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
