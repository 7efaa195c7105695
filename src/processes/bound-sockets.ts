/**
 * Binds the listening sockets that the children will listen on. In demo mode a taken default port moves to the next free one and
 * reports it; otherwise it is an error that names the holder if it can: sensors must not post into nothing.
 */
import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { portHolder } from './port-holder.ts'

export interface PortWish {
  /** Word for people: "web", "HTTP ingest". */
  readonly label: string
  readonly flag: string
  readonly port: number
  /** May move to the next free port when taken. */
  readonly mayMove: boolean
  /** A taken port is tried again for so long; absent: not at all. */
  readonly waitMs?: number
}

export interface BoundPort {
  readonly socket: net.BoundSocket
  readonly fd: number
  readonly port: number
  readonly movedFrom?: number
}

export class PortTaken extends Error {
  readonly code = 'E_PORT_TAKEN'
}

const movesMax = 50
const lookAgainMs = 50

/** `host` may be a name; it is resolved once. Throws PortTaken or an error with what to change. */
export async function bindPort(host: string, wish: PortWish): Promise<BoundPort> {
  const address = await addressOf(host)
  return firstFree(host, wish, 'tcp', async (port) => {
    const socket = new net.BoundSocket({ host: address, port })
    const bound = (socket.address() as net.AddressInfo).port
    return { socket, fd: socket.fd(), port: bound, ...(port === wish.port ? {} : { movedFrom: wish.port }) }
  })
}

/**
 * A UDP port that can be bound. It is bound and closed again: a datagram socket reads as soon as it is bound, so only the process
 * that takes readings in can hold it.
 */
export async function freeUdpPort(host: string, wish: PortWish): Promise<{ port: number; movedFrom?: number }> {
  const address = await addressOf(host)
  return firstFree(host, wish, 'udp', async (port) => {
    const socket = createSocket({ type: net.isIPv6(address) ? 'udp6' : 'udp4' })
    try {
      const bound = once(socket, 'listening')
      socket.bind({ address, port, exclusive: true })
      await bound
    } finally {
      await new Promise<void>((resolve) => socket.close(resolve))
    }
    return { port, ...(port === wish.port ? {} : { movedFrom: wish.port }) }
  })
}

async function addressOf(host: string): Promise<string> {
  const { address } = await lookup(host).catch((cause: Error) => {
    throw new Error(`--host ${host}: the name cannot be resolved (${cause.message}); give an address, e.g. 127.0.0.1`, {
      cause,
    })
  })
  return address
}

async function firstFree<T>(
  host: string,
  wish: PortWish,
  protocol: 'tcp' | 'udp',
  bind: (port: number) => Promise<T>,
): Promise<T> {
  const until = performance.now() + (wish.waitMs ?? 0)
  for (let port = wish.port; ; ) {
    try {
      return await bind(port)
    } catch (fault) {
      const { code, message } = fault as NodeJS.ErrnoException
      if (code === 'EADDRINUSE' && wish.mayMove && port - wish.port < movesMax) {
        port++
        continue
      }
      if (code === 'EADDRINUSE' && performance.now() < until) {
        await sleep(lookAgainMs)
        continue
      }
      if (code === 'EADDRINUSE') {
        const holder = await portHolder(port, protocol)
        throw new PortTaken(
          `port ${port} for ${wish.label} is taken${holder ? ` by ${holder}` : ''}; end that, or choose another with ${wish.flag} PORT (0 = any free one, off = none)`,
        )
      }
      if (code === 'EACCES')
        throw new Error(`port ${port} for ${wish.label} needs privileges; choose one above 1023 with ${wish.flag}`)
      throw new Error(`${wish.label} cannot listen on ${host}:${port}: ${message}`, { cause: fault })
    }
  }
}
