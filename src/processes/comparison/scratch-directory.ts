/** A directory for databases that are thrown away: bounded in size, and gone with the command, also where an earlier one was killed. */
import { mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import { isRunning } from '../../lib/running.ts'

const prefix = 'baykeeper-compare-'
/** Left to others on the disk. */
const freeBytesMin = 256 * 1_048_576

export interface ScratchDirectory extends AsyncDisposable {
  readonly dir: string
  /** Throws ScratchFull once the files have more than the bytes that are allowed, or the disk is nearly full. */
  check(): Promise<void>
}

export class ScratchFull extends Error {}

/** `within`: exists. */
export async function scratchDirectory(within: string, bytesMax: number): Promise<ScratchDirectory> {
  await removeLeftovers(within)
  const dir = await mkdtemp(path.join(within, `${prefix}${process.pid}-`))
  return {
    dir,
    async check() {
      const sizes = await Promise.all((await readdir(dir)).map((name) => bytesOf(path.join(dir, name))))
      const bytes = sizes.reduce((sum, size) => sum + size, 0)
      if (bytes > bytesMax)
        throw new ScratchFull(
          `the scratch databases have more than the ${Math.round(bytesMax / 1_048_576)} MB that they may: compare a shorter range, or allow more with --scratch-mb`,
        )
      const { bavail, bsize } = await statfs(dir)
      if (bavail * bsize < freeBytesMin)
        throw new ScratchFull(
          `the disk of ${within} is nearly full: make room, compare a shorter range, or name another directory with --scratch`,
        )
    },
    async [Symbol.asyncDispose]() {
      await rm(dir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** A file that has just been removed has none. */
const bytesOf = (file: string) =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  )

async function removeLeftovers(within: string) {
  for (const name of await readdir(within)) {
    const [, pid] = new RegExp(`^${prefix}(\\d+)-`).exec(name) ?? []
    if (pid === undefined || isRunning(Number(pid))) continue
    // Of another user: it is not ours to remove.
    await rm(path.join(within, name), { recursive: true, force: true }).catch(() => {})
  }
}
