/**
 * The few file operations a log needs, as an interface, so that tests can take the power away between any two of them.
 * Faults are the system's own errors, with `code` (ENOENT, ENOSPC, EIO ...). Names are relative to nothing: full paths.
 */
import * as fs from 'node:fs'
import { mkdir, open, readdir, rename, stat, statfs, unlink } from 'node:fs/promises'
import { join } from 'node:path'

export interface OpenFile {
  /** Fills `into` from `position` on; returns the bytes read, fewer only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>
  /** May write fewer bytes than given (a full disk); returns how many. */
  write(bytes: Uint8Array, position: number): Promise<number>
  /** Resolves when the file's bytes and its size are on the disk (fdatasync). */
  sync(): Promise<void>
  truncate(bytes: number): Promise<void>
  bytes(): Promise<number>
  close(): Promise<void>
}

export interface Files {
  /** Names in a directory, in no order; without what is inside of directories. */
  list(dir: string): Promise<readonly string[]>
  makeDirectory(dir: string): Promise<void>
  /** Makes the directory's entries durable: what was created, renamed or removed in it. */
  syncDirectory(dir: string): Promise<void>
  /**
   * `create` fails with EEXIST where the name is taken; `read` and `write` fail with ENOENT where it is not. What a write returns
   * for a file opened by `create-through` is on the disk (O_DSYNC): one call instead of two saves a fifth of a small commit.
   */
  open(path: string, mode: 'read' | 'write' | 'create' | 'create-through'): Promise<OpenFile>
  remove(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  bytes(path: string): Promise<number>
  space(dir: string): Promise<{ readonly totalBytes: number; readonly freeBytes: number }>
}

const { O_CREAT, O_DSYNC, O_EXCL, O_RDONLY, O_RDWR } = fs.constants
const createFlags = O_RDWR | O_CREAT | O_EXCL
const flags = { read: O_RDONLY, write: O_RDWR, create: createFlags, 'create-through': createFlags | O_DSYNC }

/** The real disk. Files are readable by their owner and group alone. */
export const realFiles: Files = {
  list: (dir) => readdir(dir),
  async makeDirectory(dir) {
    await mkdir(dir, { recursive: true, mode: 0o750 })
    await syncEntries(join(dir, '..'))
  },
  syncDirectory: syncEntries,
  async open(path, mode) {
    return openDescriptor(
      await new Promise((resolve, reject) =>
        fs.open(path, flags[mode], 0o640, (error, fd) => (error ? reject(error) : resolve(fd))),
      ),
    )
  },
  remove: unlink,
  rename,
  bytes: async (path) => (await stat(path)).size,
  async space(dir) {
    const { blocks, bavail, bsize } = await statfs(dir)
    return { totalBytes: blocks * bsize, freeBytes: bavail * bsize }
  },
}

async function syncEntries(dir: string): Promise<void> {
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Bare descriptors and callbacks: a group commit is two of these calls, and promises around handles cost a third of it. */
function openDescriptor(fd: number): OpenFile {
  const call = <T>(run: (done: (error: NodeJS.ErrnoException | null, value?: T) => void) => void) =>
    new Promise<T>((resolve, reject) => run((error, value) => (error ? reject(error) : resolve(value as T))))
  return {
    async read(into, position) {
      let got = 0
      while (got < into.byteLength) {
        const count = await call<number>((done) => fs.read(fd, into, got, into.byteLength - got, position + got, done))
        if (count === 0) break
        got += count
      }
      return got
    },
    write: (bytes, position) => call((done) => fs.write(fd, bytes, 0, bytes.byteLength, position, done)),
    sync: () => call((done) => fs.fdatasync(fd, done)),
    truncate: (bytes) => call((done) => fs.ftruncate(fd, bytes, done)),
    bytes: async () => (await call<fs.Stats>((done) => fs.fstat(fd, done))).size,
    close: () => call((done) => fs.close(fd, done)),
  }
}
