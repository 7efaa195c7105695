/** One segment in the archive: the file as it lay in the journal, as one zstd frame with a checksum. `zstd -d` gives it back. */
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import type { Files, OpenFile } from '../../lib/files.ts'
import { writeAll } from '../active-segment.ts'

const ending = '.zst'
/** Being written: it stands for nothing, and is removed by the next look. */
const partialEnding = '.zst.partial'
const chunkBytes = 1024 * 1024
const options = { params: { [constants.ZSTD_c_checksumFlag]: 1 } }

export const archivedName = (segment: string) => segment + ending
/** Undefined for a file that is no archived segment. */
export const segmentOfArchived = (name: string) => (name.endsWith(ending) ? name.slice(0, -ending.length) : undefined)

async function* chunksOf(file: OpenFile): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; at += chunkBytes) {
    const bytes = new Uint8Array(chunkBytes)
    const got = await file.read(bytes, at)
    if (got > 0) yield bytes.subarray(0, got)
    if (got < chunkBytes) return
  }
}

/** Its content, in pieces. Throws where it is torn or damaged. */
export async function* unpacked(file: OpenFile): AsyncGenerator<Uint8Array> {
  const decompress = createZstdDecompress()
  // The fault is thrown by the stream that is read below.
  const fed = pipeline(chunksOf(file), decompress).catch(() => {})
  try {
    for await (const chunk of decompress) yield chunk as Uint8Array
  } finally {
    decompress.destroy()
    await fed
  }
}

/**
 * Written under another name, synced, read back and compared with the segment, and only then given its name: a file of that name was whole
 * when it got it. Throws what the disk throws, and leaves no partial file behind where it can be removed.
 */
export async function archiveSegment(files: Files, path: string, name: string, archive: string) {
  const partial = join(archive, name + partialEnding)
  await removeIfThere(files, partial)
  try {
    await pack(files, path, partial)
    if (!(await holdsSegment(files, partial, path))) throw new Error(`${partial} does not read back as ${name}`)
    await files.rename(partial, join(archive, archivedName(name)))
  } catch (fault) {
    // The disk may be full: what is half written only takes room. It is removed at the next try otherwise.
    await removeIfThere(files, partial).catch(() => {})
    throw fault
  }
  await files.syncDirectory(archive)
}

async function pack(files: Files, from: string, to: string) {
  const segment = await files.open(from, 'read')
  try {
    const file = await files.open(to, 'create')
    try {
      await pipeline(chunksOf(segment), createZstdCompress(options), async (packed: AsyncIterable<Uint8Array>) => {
        let at = 0
        for await (const chunk of packed) {
          await writeAll(file, chunk, at)
          at += chunk.byteLength
        }
      })
      await file.sync()
    } finally {
      await file.close()
    }
  } finally {
    await segment.close()
  }
}

/** True when the archived file holds the segment byte for byte; false when it is absent, torn, or other bytes. */
export async function holdsSegment(files: Files, archived: string, path: string): Promise<boolean> {
  let file: OpenFile
  try {
    file = await files.open(archived, 'read')
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw fault
  }
  const segment = await files.open(path, 'read').catch(async (fault) => {
    await file.close()
    throw fault
  })
  try {
    let at = 0
    for await (const chunk of unpacked(file)) {
      const bytes = new Uint8Array(chunk.byteLength)
      if ((await segment.read(bytes, at)) !== chunk.byteLength || Buffer.compare(bytes, chunk) !== 0) return false
      at += chunk.byteLength
    }
    return at === (await segment.bytes())
  } catch (fault) {
    if (isTorn(fault)) return false
    throw fault
  } finally {
    await Promise.all([segment.close(), file.close()])
  }
}

/** The bytes are no whole zstd frame; a fault of the disk has another code. */
const isTorn = (fault: unknown) => /^(Z_|ZSTD_|ERR_)/.test(String((fault as NodeJS.ErrnoException).code))

async function removeIfThere(files: Files, path: string) {
  await files.remove(path).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code !== 'ENOENT') throw fault
  })
}
