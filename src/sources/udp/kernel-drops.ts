/** How many datagrams the kernel dropped at a socket because it was not read in time: the last column of /proc/net/udp (Linux). */
import { readFile } from 'node:fs/promises'
import { endianness } from 'node:os'

/** Undefined where the platform does not say. */
export async function kernelDrops(address: string, port: number): Promise<number | undefined> {
  const six = address.includes(':')
  // Where the kernel does not show its drops, they are reported as not known.
  const table = await readFile(six ? '/proc/net/udp6' : '/proc/net/udp', 'utf8').catch(() => undefined)
  return table === undefined ? undefined : dropsOf(table, `${six ? '' : hexAddress(address)}:${hexPort(port)}`)
}

/** Sum over the sockets whose local address ends so; columns: sl local rem st tx:rx tr:when retrnsmt uid timeout inode ref ptr drops. */
export function dropsOf(table: string, local: string): number | undefined {
  const drops = table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(local))
    .map((columns) => Number(columns.at(-1)))
    .filter(Number.isSafeInteger)
  return drops.length === 0 ? undefined : drops.reduce((sum, count) => sum + count, 0)
}

/** The kernel prints the four bytes as one number of the machine's byte order. */
const hexAddress = (address: string): string => {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))
  return (endianness() === 'LE' ? bytes.reverse() : bytes).join('').toUpperCase()
}
const hexPort = (port: number) => port.toString(16).padStart(4, '0').toUpperCase()
