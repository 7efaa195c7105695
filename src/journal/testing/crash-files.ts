/**
 * A disk in memory whose power can be cut. Per file it keeps what is durable and the operations since the last sync; a cut makes
 * one legal image of both: any prefix, a torn last write, any subset of 512-byte sectors, zeros where a file had grown, directory
 * entries that never made it. It also runs full, refuses to write, and fails syncs the way Linux does: what a failed sync was to
 * write is forgotten, and the next sync of that file succeeds without it.
 */
import type { Files, OpenFile } from '../../lib/files.ts'
import { JournalError } from '../journal.ts'
import type { JournalLock } from '../lock.ts'
import type { Random } from './seeded-random.ts'

const sectorBytes = 512
/** Share of operations of a restless disk that take a while. */
const pauses = 0.05

type Operation = { readonly at: number; readonly bytes: Uint8Array } | { readonly size: number }

interface Inode {
  /** Content seen by running processes. */
  seen: Bytes
  /** Content on the disk after the last successful sync. */
  durable: Bytes
  pending: Operation[]
  /** Blocks up to here exist. */
  written: number
}

/** Bytes that grow; `length` of them count. Where they are lent, another file has them too: they are copied before a change. */
interface Bytes {
  data: Uint8Array
  length: number
  lent: boolean
}

/** A change of a directory that is not durable yet: the name now means that file, or nothing. */
interface EntryChange {
  readonly path: string
  readonly inode: Inode | undefined
}

export interface CrashFiles extends Files {
  /** Cuts the power now: every handle is dead. Returns the disk as it may be found, any number of times. */
  cut(): () => CrashFiles
  /** Ends the process and leaves the power on: what was written is seen by the next one, and may still be lost with the power. */
  kill(): () => CrashFiles
  /** Cuts the power when this many more operations have begun, and calls `onCut` at once. */
  cutAfter(operations: number, onCut: () => void): void
  lock(dir: string): JournalLock
  /** Operations end in no order. */
  restless: boolean
  /** Bytes the disk may still take; undefined for no limit. */
  room: number | undefined
  /** The next that many syncs of a file fail. */
  failSyncs: number
  failDirectorySyncs: number
  /** The next that many writes fail with EIO. */
  failWrites: number
  /** Contents of every file, for tests that damage them. */
  contents(): Map<string, Uint8Array>
  put(path: string, bytes: Uint8Array): void
  drop(path: string): void
}

export function createCrashFiles(random: Random): CrashFiles {
  return diskFrom(random, { entries: new Map(), durableEntries: new Map(), changes: [] })
}

interface DiskState {
  readonly entries: Map<string, Inode>
  readonly durableEntries: Map<string, Inode>
  readonly changes: readonly EntryChange[]
}

function diskFrom(random: Random, state: DiskState): CrashFiles {
  const { entries, durableEntries } = state
  let changes = [...state.changes]
  const locks = new Set<string>()
  let off = false
  let countdown = Number.POSITIVE_INFINITY
  let onCut = () => {}

  /** Each operation begins here: the power may go before it has any effect. */
  async function begin() {
    if (disk.restless && random() < pauses) await new Promise((done) => setImmediate(done))
    if (--countdown < 0 && !off) {
      onCut()
      off = true
    }
    if (off) throw fault('EIO', 'the power is off')
  }

  function apply(inode: Inode, operation: Operation) {
    applyTo(inode.seen, operation)
    inode.pending.push(operation)
  }

  /** How many of these bytes the disk takes: files are sparse, so each byte takes room when it is first written. */
  function takeRoom(inode: Inode, position: number, bytes: number): number {
    const fresh = Math.min(bytes, Math.max(0, position + bytes - inode.written))
    const taken = disk.room === undefined ? fresh : Math.min(fresh, Math.max(0, disk.room))
    if (disk.room !== undefined) disk.room -= taken
    const accepted = bytes - fresh + taken
    inode.written = Math.max(inode.written, position + accepted)
    return accepted
  }

  function syncInode(inode: Inode) {
    if (disk.failSyncs > 0) {
      disk.failSyncs--
      for (const operation of inode.pending) if (random() < 0.5) applyTo(inode.durable, operation)
      inode.pending = []
      throw fault('EIO', 'input/output error')
    }
    for (const operation of inode.pending) applyTo(inode.durable, operation)
    inode.pending = []
  }

  function handle(inode: Inode, through: boolean): OpenFile {
    return {
      async read(into, position) {
        await begin()
        const part = inode.seen.data.subarray(position, Math.min(inode.seen.length, position + into.byteLength))
        into.set(part)
        return part.byteLength
      },
      async write(bytes, position) {
        await begin()
        if (disk.failWrites > 0) {
          disk.failWrites--
          const part = bytes.slice(0, Math.floor(random() * bytes.byteLength))
          if (part.byteLength > 0) apply(inode, { at: position, bytes: part })
          throw fault('EIO', 'input/output error')
        }
        const taken = takeRoom(inode, position, bytes.byteLength)
        if (taken === 0 && bytes.byteLength > 0) throw fault('ENOSPC', 'no space left on device')
        apply(inode, { at: position, bytes: bytes.slice(0, taken) })
        if (through) {
          await begin()
          syncInode(inode)
        }
        return taken
      },
      async sync() {
        await begin()
        syncInode(inode)
      },
      async truncate(size) {
        await begin()
        apply(inode, { size })
        inode.written = Math.min(inode.written, size)
      },
      async bytes() {
        await begin()
        return inode.seen.length
      },
      async close() {},
    }
  }

  function change(path: string, inode: Inode | undefined) {
    if (inode) entries.set(path, inode)
    else entries.delete(path)
    changes.push({ path, inode })
  }

  const find = (path: string) => entries.get(path) ?? raise('ENOENT', path)

  function image(): Map<string, Inode> {
    const named = new Map(durableEntries)
    const stuck = new Set<string>()
    const how = random()
    for (const { path, inode } of changes) {
      // Of each name's changes a prefix may have reached the disk.
      if (how < 0.3 || stuck.has(path) || (how < 0.7 && random() < 0.5)) stuck.add(path)
      else if (inode) named.set(path, inode)
      else named.delete(path)
    }
    for (const [path, inode] of named) named.set(path, inodeImage(inode, random))
    return named
  }

  const disk: CrashFiles = {
    restless: false,
    room: undefined,
    failSyncs: 0,
    failDirectorySyncs: 0,
    failWrites: 0,
    async list(dir) {
      await begin()
      const inside = [...entries.keys()].filter((path) => path.startsWith(`${dir}/`))
      return [...new Set(inside.map((path) => path.slice(dir.length + 1).split('/')[0] as string))]
    },
    makeDirectory: begin,
    async syncDirectory(dir) {
      await begin()
      if (disk.failDirectorySyncs > 0) {
        disk.failDirectorySyncs--
        throw fault('EIO', 'input/output error')
      }
      const here = (path: string) => path.startsWith(`${dir}/`) && !path.slice(dir.length + 1).includes('/')
      for (const { path, inode } of changes.filter((made) => here(made.path)))
        if (inode) durableEntries.set(path, inode)
        else durableEntries.delete(path)
      changes = changes.filter((made) => !here(made.path))
    },
    async open(path, mode) {
      await begin()
      if (mode === 'read' || mode === 'write') return handle(find(path), false)
      if (entries.has(path)) raise('EEXIST', path)
      if (disk.room !== undefined && disk.room <= 0) raise('ENOSPC', path)
      const inode = inodeOf(new Uint8Array())
      change(path, inode)
      return handle(inode, mode === 'create-through')
    },
    async remove(path) {
      await begin()
      find(path)
      change(path, undefined)
    },
    async rename(from, to) {
      await begin()
      const inode = find(from)
      change(from, undefined)
      change(to, inode)
    },
    async bytes(path) {
      await begin()
      return find(path).seen.length
    },
    async space() {
      await begin()
      return { totalBytes: 1_000_000, freeBytes: disk.room ?? 900_000 }
    },
    cut() {
      off = true
      return () => {
        const found = image()
        return diskFrom(random, { entries: found, durableEntries: new Map(found), changes: [] })
      }
    },
    kill() {
      off = true
      return () => diskFrom(random, copyOf({ entries, durableEntries, changes }))
    },
    cutAfter(operations, cut) {
      countdown = operations
      onCut = cut
    },
    lock(dir) {
      if (locks.has(dir)) throw new JournalError('E_JOURNAL_LOCKED', 'locked')
      locks.add(dir)
      return { [Symbol.dispose]: () => locks.delete(dir) }
    },
    contents: () => new Map([...entries].map(([path, { seen }]) => [path, seen.data.slice(0, seen.length)])),
    put(path, bytes) {
      const inode = inodeOf(bytes.slice())
      entries.set(path, inode)
      durableEntries.set(path, inode)
    },
    drop(path) {
      entries.delete(path)
      durableEntries.delete(path)
    },
  }
  return disk
}

/** The same state in its own memory. */
function copyOf({ entries, durableEntries, changes }: DiskState): DiskState {
  const copies = new Map<Inode, Inode>()
  const copy = (inode: Inode) => copies.getOrInsertComputed(inode, cloneInode)
  const names = (map: ReadonlyMap<string, Inode>) => new Map([...map].map(([path, inode]) => [path, copy(inode)]))
  return {
    entries: names(entries),
    durableEntries: names(durableEntries),
    changes: changes.map(({ path, inode }) => ({ path, inode: inode && copy(inode) })),
  }
}

const cloneInode = ({ seen, durable, pending, written }: Inode): Inode => ({
  seen: lend(seen),
  durable: lend(durable),
  pending: [...pending],
  written,
})

function inodeOf(bytes: Uint8Array): Inode {
  return inodeWith({ data: bytes, length: bytes.byteLength, lent: true })
}

const inodeWith = (bytes: Bytes): Inode => ({
  seen: lend(bytes),
  durable: lend(bytes),
  pending: [],
  written: bytes.length,
})

function lend(bytes: Bytes): Bytes {
  bytes.lent = true
  return { ...bytes }
}

function own(bytes: Bytes) {
  if (bytes.lent) bytes.data = bytes.data.slice(0, bytes.length)
  bytes.lent = false
}

/** Possible content of a file after a power cut. */
function inodeImage({ durable, pending }: Inode, random: Random): Inode {
  const found = lend(durable)
  const how = random()
  const reached = how < 0.5 ? Math.floor(random() * (pending.length + 1)) : pending.length
  for (const operation of pending.slice(0, reached)) {
    if ('size' in operation) {
      if (how < 0.5 || random() < 0.7) applyTo(found, operation)
    } else if (how < 0.5 || how >= 0.9) applyTo(found, operation)
    else for (const sector of sectors(operation)) scatter(found, sector, random)
  }
  const torn = pending[reached]
  if (torn && 'bytes' in torn) {
    const bytes = torn.bytes.subarray(0, Math.floor(random() * torn.bytes.byteLength))
    if (bytes.byteLength > 0) applyTo(found, { at: torn.at, bytes })
    // The size may be on the disk before the bytes are.
    if (random() < 0.3) grow(found, torn.at + torn.bytes.byteLength)
  }
  return inodeWith(found)
}

/** A sector is there, or it is not and the file ends before it, or it is zeros where the file had grown. */
function scatter(found: Bytes, sector: { at: number; bytes: Uint8Array }, random: Random) {
  const how = random()
  if (how < 0.5) applyTo(found, sector)
  else if (how < 0.75) grow(found, sector.at + sector.bytes.byteLength)
}

function* sectors({ at, bytes }: { readonly at: number; readonly bytes: Uint8Array }) {
  for (let done = 0; done < bytes.byteLength; ) {
    const size = Math.min(bytes.byteLength - done, sectorBytes - ((at + done) % sectorBytes))
    yield { at: at + done, bytes: bytes.subarray(done, done + size) }
    done += size
  }
}

function applyTo(bytes: Bytes, operation: Operation) {
  own(bytes)
  if ('size' in operation) {
    if (operation.size < bytes.length) {
      bytes.data.fill(0, operation.size, bytes.length)
      bytes.length = operation.size
    } else grow(bytes, operation.size)
    return
  }
  grow(bytes, operation.at + operation.bytes.byteLength)
  bytes.data.set(operation.bytes, operation.at)
}

function grow(bytes: Bytes, size: number) {
  if (size <= bytes.length) return
  own(bytes)
  if (size > bytes.data.byteLength) {
    const data = new Uint8Array(Math.max(size, 2 * bytes.data.byteLength))
    data.set(bytes.data.subarray(0, bytes.length))
    bytes.data = data
  }
  bytes.length = size
}

const fault = (code: string, message: string) => Object.assign(new Error(`${code}: ${message}`), { code })

function raise(code: string, message: string): never {
  throw fault(code, message)
}
