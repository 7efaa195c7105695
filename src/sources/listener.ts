/** What the listening sources share: where they listen, and how a server starts and stops. */
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'

/**
 * `fd`: a bound socket handed in by the process that holds it, so that it survives a restart of this one. It can be listened on
 * once: closing the server closes the descriptor.
 */
export type ListenOn = { readonly fd: number } | { readonly host: string; readonly port: number }

/** Connections the kernel keeps waiting while the process is busy or being replaced. */
const backlogMax = 1_024

/** Resolves with `host:port` once connections are taken. Rejects when the address cannot be had. */
export async function listen(server: Server, on: ListenOn): Promise<string> {
  const listening = once(server, 'listening')
  server.listen({ ...on, backlog: backlogMax })
  await listening
  const { address, port, family } = server.address() as AddressInfo
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`
}

/** Resolves when the signal has aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
