/** Copies damaged bytes before retention or truncation removes them, for a later investigation. */
import { join } from 'node:path'
import type { Files } from '../lib/files.ts'
import { writeAll } from './active-segment.ts'
import type { Damage } from './journal.ts'

export const damagedDirectory = 'damaged'
/** Name of the copy of one damage. */
export const copyName = ({ segment, bytes }: Damage, offset: number) => `${segment}-${offset}-${bytes}`
/** Of one damage; the segment itself stays as it is until it is released and old. */
const copyBytesMax = 64 * 1024 * 1024

/** Resolves with whether every copy is on the disk. A copy that exists stays as it is. */
export async function keepDamagedBytes(files: Files, dir: string, damage: readonly Damage[]): Promise<boolean> {
  let all = true
  for (const range of damage) {
    if (range.bytes === 0 || range.offset === undefined) continue
    await keepOne(files, dir, range, range.offset).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') all = false
    })
  }
  return all
}

async function keepOne(files: Files, dir: string, range: Damage, offset: number) {
  const aside = join(dir, damagedDirectory)
  await files.makeDirectory(aside)
  const bytes = new Uint8Array(Math.min(range.bytes, copyBytesMax))
  const segment = await files.open(join(dir, range.segment), 'read')
  try {
    const got = await segment.read(bytes, offset)
    const copy = await files.open(join(aside, copyName(range, offset)), 'create')
    try {
      await writeAll(copy, bytes.subarray(0, got), 0)
      await copy.sync()
    } finally {
      await copy.close()
    }
  } finally {
    await segment.close()
  }
  await files.syncDirectory(aside)
}
