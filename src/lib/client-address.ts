/**
 * The address of the client behind trusted reverse proxies, for limits by address. `X-Forwarded-For` is read from the right: each
 * entry was appended by the hop after it, so an entry counts only while the hop that appended it is trusted. What a client
 * itself put in the header stands further left and is never used.
 */
import { isIP } from 'node:net'
import { type AddressList, plainAddress } from './address-list.ts'

/** The needed part of a request of `node:http`; a Fastify request has it under `raw`. */
export interface AddressedRequest {
  readonly socket: { readonly remoteAddress?: string | undefined }
  readonly headers: { readonly 'x-forwarded-for'?: string | string[] | undefined }
}

/** Hops read from the right: a header of 16 KiB holds thousands. */
const hopsMax = 32

/** Empty when the connection is closed already. */
export function clientAddress({ socket, headers }: AddressedRequest, trustedProxies: AddressList): string {
  let address = plainAddress(socket.remoteAddress ?? '')
  if (!trustedProxies(address)) return address
  const header = headers['x-forwarded-for'] ?? ''
  const hops = (typeof header === 'string' ? header : header.join(',')).split(',').slice(-hopsMax)
  for (const hop of hops.reverse()) {
    const next = hopAddress(hop)
    // A trusted proxy that appends something else is known no better than by its own address.
    if (next === undefined) break
    address = next
    if (!trustedProxies(address)) break
  }
  return address
}

/** `10.1.2.3`, `10.1.2.3:4711`, `2001:db8::1` or `[2001:db8::1]:4711`; undefined when it is none of them. */
function hopAddress(hop: string): string | undefined {
  const text = hop.trim()
  const [, inBrackets, v4] = /^\[([^\]]+)\](?::\d{1,5})?$|^([\d.]+)(?::\d{1,5})?$/.exec(text) ?? []
  const address = plainAddress(inBrackets ?? v4 ?? text)
  return isIP(address) === 0 ? undefined : address
}

/**
 * What limits count by: an IPv4 address, or the /64 of an IPv6 address, because one subscriber usually has a whole /64 and could
 * change the address with each request.
 */
export function addressBlock(address: string): string {
  const plain = plainAddress(address)
  if (isIP(plain) !== 6) return plain
  const [head = '', tail] = plain.split('::', 2)
  const groups = (text: string | undefined) => (text ? text.split(':') : [])
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  // An IPv4 part at the end stands for two groups; it is never within the first 64 bits of a valid address with eight groups.
  const length = before.length + after.length + (plain.includes('.') ? 1 : 0)
  const zeros = tail === undefined ? 0 : 8 - length
  const all = [...before, ...Array.from({ length: zeros }, () => '0'), ...after]
  const first = all.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${first.join(':')}::/64`
}
