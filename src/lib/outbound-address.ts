/**
 * Which addresses a webhook or a push may reach: public ones, and those that the configuration allows. A request that a person can
 * direct must not reach services of this machine or its network.
 *
 * An IPv6 address that carries an IPv4 address (mapped, compatible, translated, NAT64, 6to4) is judged by both: the system may connect to
 * the inner one.
 */
import { BlockList, isIP, SocketAddress } from 'node:net'
import type { AddressList } from './address-list.ts'

const refusedRanges: readonly (readonly [range: string, bits: number, kind: string])[] = [
  ['0.0.0.0', 8, 'this host'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'carrier-grade NAT'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.88.99.0', 24, '6to4 relay'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'benchmarking'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved'],
  ['64:ff9b:1::', 48, 'local NAT64'],
  ['100::', 64, 'discard'],
  ['2001::', 23, 'protocol assignments, Teredo'],
  ['2001:db8::', 32, 'documentation'],
  ['3fff::', 20, 'documentation'],
  ['5f00::', 16, 'segment routing'],
  ['fc00::', 7, 'private'],
  ['fe80::', 10, 'link-local'],
  ['fec0::', 10, 'site-local'],
  ['ff00::', 8, 'multicast'],
]

const refused = refusedRanges.map(([range, bits, kind]) => {
  const list = new BlockList()
  const family = isIP(range) === 4 ? 'ipv4' : 'ipv6'
  list.addSubnet(range, bits, family)
  return { list, family, kind }
})

/** Why a connection to this address is refused, or undefined when it may be made. `address`: as a resolver returns it. */
export function addressRefusal(address: string, isAllowed: AddressList): string | undefined {
  const version = isIP(address)
  if (version === 0 || address.includes('%')) return `${address} is not a plain address`
  if (isAllowed(address)) return undefined
  if (version === 4) return refusalIn(address, 'ipv4')
  const { inner, isWrapper } = innerIpv4(address)
  if (inner !== undefined) {
    if (isAllowed(inner)) return undefined
    const why = refusalIn(inner, 'ipv4')
    return why === undefined && isWrapper ? undefined : (why ?? `${address} is refused: IPv4 within IPv6`)
  }
  return refusalIn(address, 'ipv6')
}

function refusalIn(address: string, family: 'ipv4' | 'ipv6'): string | undefined {
  const found = refused.find((one) => one.family === family && one.list.check(address, family))
  return found && `${address} is refused: ${found.kind} address`
}

/** The IPv4 address within. `isWrapper`: routed to that address by a known mechanism of today (mapped, NAT64). */
function innerIpv4(address: string): { inner?: string; isWrapper: boolean } {
  const groups = groupsOf(address)
  const [a, b, c, d, e, f, g, h] = groups as [number, number, number, number, number, number, number, number]
  const low = ipv4Of(g, h)
  if (a === 0x2002) return { inner: ipv4Of(b, c), isWrapper: false }
  if (a === 0x64 && b === 0xff9b && c === 0 && d === 0 && e === 0 && f === 0) return { inner: low, isWrapper: true }
  if (a === 0 && b === 0 && c === 0 && d === 0) {
    if (e === 0 && f === 0xffff) return { inner: low, isWrapper: true }
    // ::a.b.c.d (compatible, :: and ::1 among them) and ::ffff:0:a.b.c.d (translated).
    if ((e === 0 && f === 0) || (e === 0xffff && f === 0)) return { inner: low, isWrapper: false }
  }
  return { isWrapper: false }
}

const ipv4Of = (high: number, low: number): string => `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`

function groupsOf(address: string): number[] {
  // Canonical: compressed, and with a dotted end only for mapped and compatible addresses.
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address.replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_, a, b, c, d) => `${((Number(a) << 8) | Number(b)).toString(16)}:${((Number(c) << 8) | Number(d)).toString(16)}`,
  )
  const [head = '', tail] = canonical.split('::')
  const parse = (text: string | undefined) => (text ? text.split(':').map((group) => Number.parseInt(group, 16)) : [])
  const [before, after] = [parse(head), parse(tail)]
  return tail === undefined ? before : [...before, ...Array(8 - before.length - after.length).fill(0), ...after]
}

/** What is wrong with an address of the web that is called, or undefined. Names are not resolved here. */
export function httpUrlFault(text: string): string | undefined {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return 'must be an address that begins with https:// or http://'
  if (url.username !== '' || url.password !== '') return 'must hold no user and no password: use secretFile'
  if (url.hash !== '') return 'must hold no fragment (#)'
  return undefined
}
