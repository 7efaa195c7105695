/** Which process holds a TCP or UDP port, from /proc (Linux). Only processes we may look into can be named. */
import { readdir, readFile, readlink } from 'node:fs/promises'

/** State of a socket that holds its port: TCP listens, UDP is not connected. */
const holding = { tcp: '0A', udp: '07' } as const

/** `"name (pid 123)"`, or undefined when it is not known. */
export async function portHolder(port: number, protocol: 'tcp' | 'udp' = 'tcp'): Promise<string | undefined> {
  const inodes = new Set<string>()
  for (const table of [`/proc/net/${protocol}`, `/proc/net/${protocol}6`]) {
    // A file of /proc that is missing, or of another user, holds no name: the port is reported without its owner.
    const text = await readFile(table, 'utf8').catch(() => '')
    for (const line of text.split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      const [, local, , state] = fields
      if (state === holding[protocol] && Number.parseInt(local?.split(':')[1] ?? '', 16) === port && fields[9])
        inodes.add(fields[9])
    }
  }
  if (inodes.size === 0) return undefined
  // A process that ends meanwhile, or that belongs to another user, is passed over.
  for (const pid of (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
      if (inode && inodes.has(inode)) {
        const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'a process')
        return `${name.trim()} (pid ${pid})`
      }
    }
  }
  return undefined
}
