/**
 * The disk with the segments of an archive among those of a journal: for reading a journal from its first record on. Nothing is written.
 * A header is read from the beginning of the archived file; a segment whose records are read is unpacked into memory, one at a time.
 */
import { basename, dirname, join } from 'node:path'
import type { Files, OpenFile } from '../../lib/files.ts'
import { readOnlyFiles } from '../inspect.ts'
import { headerBytes, parseSegmentName } from '../segment.ts'
import { archivedName, segmentOfArchived, unpacked } from './archived-segment.ts'

/** `journal`: only segments of that one are seen. */
export function filesWithArchive(dir: string, archive: string, journal?: string, files: Files = readOnlyFiles): Files {
  const isOf = (name: string) => journal === undefined || parseSegmentName(name)?.id === journal
  let unpackedLast: { readonly path: string; readonly bytes: Promise<Uint8Array> } | undefined

  const archivedPath = (path: string) => join(archive, archivedName(basename(path)))

  function wholeOf(path: string): Promise<Uint8Array> {
    if (unpackedLast?.path !== path) unpackedLast = { path, bytes: unpack(files, archivedPath(path)) }
    return unpackedLast.bytes
  }

  function archivedFile(path: string): OpenFile {
    const refuse = () => Promise.reject(Object.assign(new Error('EROFS: archived'), { code: 'EROFS' }))
    return {
      async read(into, position) {
        const isHeader = position + into.byteLength <= headerBytes
        const bytes = isHeader ? await unpack(files, archivedPath(path), headerBytes) : await wholeOf(path)
        const part = bytes.subarray(position, position + into.byteLength)
        into.set(part)
        return part.byteLength
      },
      bytes: async () => (await wholeOf(path)).byteLength,
      async close() {},
      ...{ write: refuse, sync: refuse, truncate: refuse },
    }
  }

  return {
    ...files,
    async list(of) {
      if (of !== dir) return files.list(of)
      const kept = await files.list(dir).catch((fault: NodeJS.ErrnoException) => {
        if (fault.code === 'ENOENT') return []
        throw fault
      })
      const archived = (await files.list(archive)).flatMap((name) => segmentOfArchived(name) ?? [])
      return [...new Set([...kept, ...archived])].filter(isOf)
    },
    async open(path, mode) {
      try {
        return await files.open(path, mode)
      } catch (fault) {
        if ((fault as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) !== dir || mode !== 'read') throw fault
        // Its absence is reported as that of the segment.
        await (await files.open(archivedPath(path), 'read')).close()
        return archivedFile(path)
      }
    },
    async bytes(path) {
      return files.bytes(path).catch(async (fault: NodeJS.ErrnoException) => {
        if (fault.code !== 'ENOENT' || dirname(path) !== dir) throw fault
        return (await wholeOf(path)).byteLength
      })
    },
  }
}

/** `most`: no more than so many bytes are needed. */
async function unpack(files: Files, path: string, most = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
  const file = await files.open(path, 'read')
  try {
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of unpacked(file)) {
      chunks.push(chunk)
      bytes += chunk.byteLength
      if (bytes >= most) break
    }
    return Buffer.concat(chunks)
  } catch (cause) {
    throw new Error(`${path} cannot be unpacked: ${(cause as Error).message}`, { cause })
  } finally {
    await file.close()
  }
}
