/** Who may send to a listener that knows no tokens: this machine always, others when their address is listed. */
import { BlockList, isIP } from 'node:net'

/** Entries are addresses or CIDR ranges. Throws on anything else, with what would be right. */
export function createAllowList(entries: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList()
  list.addSubnet('127.0.0.0', 8, 'ipv4')
  list.addAddress('::1', 'ipv6')
  for (const entry of entries) {
    const [address = '', prefix, more] = entry.trim().split('/')
    const version = isIP(address)
    const bits = version === 4 ? 32 : 128
    const length = prefix === undefined ? bits : /^\d+$/.test(prefix) ? Number(prefix) : -1
    if (version === 0 || more !== undefined || length < 0 || length > bits)
      throw new Error(`allow: "${entry}" is no address; write one like 10.1.2.3 or a range like 10.1.0.0/16`)
    list.addSubnet(address, length, version === 4 ? 'ipv4' : 'ipv6')
  }
  return (address = '') => {
    // A listener on both families sees IPv4 senders as ::ffff:10.1.2.3.
    const plain =
      address.toLowerCase().startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address
    const version = isIP(plain)
    return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6')
  }
}
