/** A list of IP addresses and CIDR ranges, and whether an address is in it. */
import { BlockList, isIP } from 'node:net'

export type AddressList = (address: string | undefined) => boolean

/** The error of an entry with a correct example, or undefined when it is an address or a range. */
export function addressFault(entry: string): string | undefined {
  return parse(entry) ? undefined : `"${entry}" is no address; write one like 10.1.2.3 or a range like 10.1.0.0/16`
}

/** Throws on an entry that is neither an address nor a range. */
export function createAddressList(entries: readonly string[]): AddressList {
  const list = new BlockList()
  for (const entry of entries) {
    const range = parse(entry)
    if (!range) throw new Error(addressFault(entry))
    list.addSubnet(range.address, range.bits, range.family)
  }
  return (address = '') => {
    const plain = plainAddress(address)
    const version = isIP(plain)
    return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6')
  }
}

/** A socket that listens on both families reports IPv4 senders as ::ffff:10.1.2.3; the zone of an IPv6 address is dropped. */
export function plainAddress(address: string): string {
  const bare = address.split('%', 1)[0] as string
  const mapped = bare.slice(mappedPrefix.length)
  return bare.toLowerCase().startsWith(mappedPrefix) && isIP(mapped) === 4 ? mapped : bare
}

const mappedPrefix = '::ffff:'

function parse(entry: string): { address: string; bits: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', prefix, more] = entry.trim().split('/')
  const version = isIP(address)
  const bitsMax = version === 4 ? 32 : 128
  const bits = prefix === undefined ? bitsMax : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1
  if (version === 0 || address.includes('%') || more !== undefined || bits < 0 || bits > bitsMax) return undefined
  return { address, bits, family: version === 4 ? 'ipv4' : 'ipv6' }
}
