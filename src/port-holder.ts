/** Which process listens on a TCP port, from /proc (Linux). Only processes we may look into can be named. */
import { readdir, readFile, readlink } from 'node:fs/promises'

/** `"name (pid 123)"`, or undefined when it cannot be told. */
export async function portHolder(port: number): Promise<string | undefined> {
  const inodes = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '')
    for (const line of text.split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      const [, local, , state] = fields
      if (state === '0A' && Number.parseInt(local?.split(':')[1] ?? '', 16) === port && fields[9]) inodes.add(fields[9])
    }
  }
  if (inodes.size === 0) return undefined
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
