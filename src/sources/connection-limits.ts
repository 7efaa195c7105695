/**
 * How many connections the listeners take together and of one client address, so that silent connections keep no honest sender out
 * and the process keeps descriptors for its journal.
 *
 * Promises
 * - At a limit the connection is closed that has sent nothing for the longest time; then one that has sent something but nothing
 *   valid; only when every connection is proven the new one is refused.
 * - One address (a /64 of IPv6) takes at most half of all. Trusted proxies stand for many clients: only the total limits them.
 * - Every closed and refused connection is counted for its source, and logged at most once a minute.
 */
import type { Socket } from 'node:net'
import type { AddressList } from '../lib/address-list.ts'
import { addressBlock } from '../lib/client-address.ts'
import type { Clock } from '../lib/clock.ts'
import { createLimitedWarn, type LimitedWarn } from '../lib/limited-warn.ts'
import type { Log } from '../lib/log.ts'
import { rawSocketOf } from '../lib/tls-listener.ts'

export interface ConnectionLimits {
  /** False: the socket was closed, too many are open. */
  admit(socket: Socket, source: { readonly name: string; readonly log: Log }): boolean
  /** It has sent something valid: a token, a complete line. It is closed for no other one any more. */
  proven(socket: Socket): void
  readonly trustedProxies: AddressList
  /** Of the source with this name. */
  figures(source: string): Readonly<Record<'connections_evicted' | 'connections_refused', number>>
}

export interface ConnectionLimitOptions {
  /** Of all listeners together. */
  readonly total: number
  readonly trustedProxies: AddressList
  readonly clock: Pick<Clock, 'monotonic'>
}

/** Descriptors for the journal, the keys, the channel to main, serial ports, brokers and libraries. */
const reservedDescriptors = 128

/** Connections for a process that may open so many files. */
export const connectionsFor = (openFilesMax: number): number =>
  Math.max(16, openFilesMax - Math.max(reservedDescriptors, Math.ceil(openFilesMax / 8)))

interface Connection {
  readonly socket: Socket
  readonly source: string
  /** All, and those of its address. */
  readonly groups: readonly Group[]
}

/** Connections that count together: all, or those of one address. The sets are in the order of arrival. */
interface Group {
  /** Of the address; undefined for all. */
  readonly block: string | undefined
  size: number
  readonly max: number
  readonly silent: Set<Connection>
  readonly unproven: Set<Connection>
}

const group = (max: number, block?: string): Group => ({ block, size: 0, max, silent: new Set(), unproven: new Set() })

export function createConnectionLimits({ total, trustedProxies, clock }: ConnectionLimitOptions): ConnectionLimits {
  const all = group(total)
  const addresses = new Map<string, Group>()
  const open = new WeakMap<Socket, Connection>()
  const counts = new Map<string, { connections_evicted: number; connections_refused: number }>()
  const warns = new Map<string, LimitedWarn>()
  const countOf = (source: string) =>
    counts.getOrInsertComputed(source, () => ({ connections_evicted: 0, connections_refused: 0 }))

  function groupsOf(socket: Socket): readonly Group[] {
    const peer = socket.remoteAddress ?? ''
    if (trustedProxies(peer)) return [all]
    const block = addressBlock(peer)
    return [all, addresses.getOrInsertComputed(block, () => group(Math.ceil(total / 2), block))]
  }
  const forgetEmpty = ({ block, size }: Group) => size === 0 && block !== undefined && addresses.delete(block)

  /** Who makes room in a full group; undefined when all of it are proven. */
  function victim({ silent, unproven }: Group): Connection | undefined {
    for (const connection of silent) {
      if (connection.socket.bytesRead === 0) return connection
      for (const each of connection.groups) if (each.silent.delete(connection)) each.unproven.add(connection)
    }
    return unproven.values().next().value
  }

  function release(connection: Connection) {
    if (!open.delete(connection.socket)) return
    for (const each of connection.groups) {
      each.size--
      each.silent.delete(connection)
      each.unproven.delete(connection)
      forgetEmpty(each)
    }
  }

  function evict(connection: Connection) {
    release(connection)
    countOf(connection.source).connections_evicted++
    connection.socket.destroy()
  }

  return {
    admit(socket, { name: source, log }) {
      // A decrypted connection was admitted before its handshake, a plain one of a port with TLS before its first byte.
      if (rawSocketOf(socket) !== socket || open.has(socket)) return true
      const warn = warns.getOrInsertComputed(source, () => createLimitedWarn(log, clock))
      const peer = socket.remoteAddress
      const groups = groupsOf(socket)
      for (const full of groups) {
        if (full.size < full.max) continue
        const found = victim(full)
        if (!found) {
          countOf(source).connections_refused++
          warn('a connection was refused: too many are open', { peer, max: full.max })
          socket.destroy()
          groups.forEach(forgetEmpty)
          return false
        }
        evict(found)
        warn('too many connections are open: one that has sent nothing valid was closed for a new one', {
          peer,
          max: full.max,
        })
      }
      // An eviction may have emptied and forgotten the group of this address.
      for (const each of groups) if (each.block !== undefined) addresses.set(each.block, each)
      const connection = { socket, source, groups }
      open.set(socket, connection)
      for (const each of groups) {
        each.size++
        each.silent.add(connection)
      }
      socket.once('close', () => release(connection))
      return true
    },
    proven(socket) {
      const connection = open.get(rawSocketOf(socket))
      if (!connection) return
      for (const each of connection.groups) {
        each.silent.delete(connection)
        each.unproven.delete(connection)
      }
    },
    trustedProxies,
    figures: countOf,
  }
}
