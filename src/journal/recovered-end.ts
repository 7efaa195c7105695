/** The end of the journal as it was found: written again, and sealed once a new segment stands behind it. */
import type { Files } from '../lib/files.ts'
import { seal, writeAll } from './active-segment.ts'
import type { RecordsEnd, Recovered } from './recovery.ts'
import { segmentSalt } from './segment.ts'

const rewriteBytes = 1024 * 1024

/**
 * The newest write of a journal that was not closed may be in the page cache alone, and a sync that failed in the process before is
 * unknown to this one, which reads bytes that no sync will ever write. So the same bytes are written to the same place again: that
 * harms nothing wherever the power goes, and needs no room.
 */
export async function rewriteEnd(files: Files, { end }: Recovered) {
  if (!end || end.seal) return
  const file = await files.open(end.segment.path, 'write')
  try {
    const bytes = new Uint8Array(Math.min(rewriteBytes, end.offset - end.lastWrite))
    for (let at = end.lastWrite; at < end.offset; at += rewriteBytes) {
      const part = bytes.subarray(0, Math.min(rewriteBytes, end.offset - at))
      await writeAll(file, part.subarray(0, await file.read(part, at)), at)
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Cuts off a torn end and seals what is before it: should the segments behind be lost, it shows. */
export async function sealRecovered(files: Files, { segment, seal: sealed, sealEnd: offset, mark: end }: RecordsEnd) {
  const file = await files.open(segment.path, 'write')
  try {
    if (!sealed) await file.truncate(offset)
    await seal(file, 'recovered', { salt: segmentSalt(segment), offset, end })
  } finally {
    await file.close()
  }
}
