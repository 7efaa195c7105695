/**
 * The second journal: a copy of every record of kind desk, kept for ever. Each copy names the position in the main journal at which the
 * change took effect. It is an ordinary journal whose segments are never released, in its own directory.
 *
 * - It is written by one process, the one that writes the main journal, and only with what is durable there.
 * - Copies of one main journal are in the order of their positions. A write that failed may have left a copy behind that was written
 *   again: what is not above the copy before it is passed over in reading.
 *
 * - Behind each copy stands a link of the chain (desk-chain.ts).
 *
 * Content of a copy, little-endian: 0 u8 version 1   1 u8 zero   2 u64 id of the main journal   10 u48 record number   16 content
 */

import {
  type JournalOptions,
  type JournalWriter,
  type RecordNumber,
  recordKinds,
  type StoredRecord,
} from '../journal.ts'
import { memory } from '../memory.ts'
import { openReader } from '../reader.ts'
import { getU48, setU48 } from '../record.ts'
import { recover } from '../recovery.ts'
import { type JournalDeps, openWriter } from '../writer.ts'
import { chainHead, encodeLink, extended } from './desk-chain.ts'

export const copyHeaderBytes = 16
const copyVersion = 1
/** A change is small or a layout; blocks of a larger segment would be allocated for years of changes. */
const segmentBytesMax = 4 * 1024 * 1024
/** Largest record of a main journal by default, with the header of its copy. */
const recordBytesMax = 16 * 1024 * 1024 + copyHeaderBytes
const readAtOnce = { bytesMax: 4 * 1024 * 1024, framesMax: Number.POSITIVE_INFINITY }

/** A record of kind desk, and where in which main journal it took effect. */
export interface DeskCopy {
  readonly journal: string
  readonly record: RecordNumber
  readonly bytes: Uint8Array
}

export interface DeskJournal extends AsyncDisposable {
  /** The newest record of that main journal that is copied and durable; 0 where there is none. */
  newestOf(journal: string): Promise<RecordNumber>
  /** Resolves when the copy is durable. */
  append(copy: DeskCopy): Promise<void>
}

export function encodeCopy({ journal, record, bytes }: DeskCopy): Uint8Array {
  const copy = memory(copyHeaderBytes + bytes.byteLength)
  copy.view.setUint8(0, copyVersion)
  copy.bytes.set(Uint8Array.fromHex(journal), 2)
  setU48(copy.view, 10, record)
  copy.bytes.set(bytes, copyHeaderBytes)
  return copy.bytes
}

/** Undefined where a later release wrote it. The content is a view. */
export function decodeCopy(copy: Uint8Array): DeskCopy | undefined {
  if (copy.byteLength < copyHeaderBytes || copy[0] !== copyVersion) return undefined
  const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength)
  return { journal: copy.subarray(2, 10).toHex(), record: getU48(view, 10), bytes: copy.subarray(copyHeaderBytes) }
}

/** All copies, in order; none where there is no such directory. The content stays valid. */
export async function* readCopies(dir: string, deps: Pick<JournalDeps, 'files'>): AsyncGenerator<DeskCopy> {
  const newest = new Map<string, RecordNumber>()
  for await (const { bytes } of recordsOf(dir, deps)) {
    const copy = decodeCopy(bytes)
    if (!copy || copy.record <= (newest.get(copy.journal) ?? 0)) continue
    newest.set(copy.journal, copy.record)
    yield { ...copy, bytes: copy.bytes.slice() }
  }
}

/** As they stand, links of the chain (desk-chain.ts) among them; none where there is no such directory. */
export async function* recordsOf(dir: string, deps: Pick<JournalDeps, 'files'>): AsyncGenerator<StoredRecord> {
  await using reader = await openReader(dir, deps)
  const { lastRecord: durable } = (await reader.scan({ whole: false })).tail
  for (let after = 0; after < durable; ) {
    const { records, damage } = await reader.read(after, { durable, ...readAtOnce })
    yield* records
    after = Math.max(after, records.at(-1)?.number ?? 0, ...damage.map(({ toRecord }) => toRecord))
  }
}

/** The end of a journal that was not closed may not be durable: a writer opens it, writes its end again and closes it. */
export async function openDeskJournal(
  dir: string,
  deps: JournalDeps,
  options: JournalOptions = {},
): Promise<DeskJournal> {
  const { end, directory } = await recover(deps.files, dir)
  const open = () => openWriter(dir, deps, { segmentBytesMax, recordBytesMax, ...options })
  if (directory.id !== undefined && end?.seal !== 'closed') await (await open())[Symbol.asyncDispose]()
  /** Of the chain; undefined: to be read. */
  let head: Uint8Array | undefined
  /** Opened for the first copy: each opening makes a segment, and there are more starts than changes. */
  let writer: Promise<JournalWriter> | undefined
  const opened = () => {
    writer ??= open()
    // The caller gets the fault; the next copy opens it again.
    writer.catch(() => {
      writer = undefined
    })
    return writer
  }
  return {
    newestOf: (journal) => newestOf(dir, deps, journal),
    async append(copy) {
      const bytes = encodeCopy(copy)
      const before = head ?? (await chainHead(recordsOf(dir, deps)))
      // Where this fails it is not known what stands there: the next one reads it.
      head = undefined
      const next = extended(before, bytes)
      const records = [bytes, encodeLink(next)].map((one) => ({ kind: recordKinds.desk, frames: 0, bytes: one }))
      await (await opened()).append(records)
      head = next
    },
    async [Symbol.asyncDispose]() {
      // One that could not be opened holds nothing.
      await (await writer?.catch(() => undefined))?.[Symbol.asyncDispose]()
    },
  }
}

/** The last copy is nearly always of that journal: only where another one began since, or the end is damaged, all are read. */
async function newestOf(dir: string, deps: JournalDeps, journal: string): Promise<RecordNumber> {
  {
    await using reader = await openReader(dir, deps)
    const { lastRecord: durable } = (await reader.scan({ whole: false })).tail
    if (durable === 0) return 0
    // The copy and its link.
    const { records } = await reader.read(Math.max(0, durable - 2), { durable, ...readAtOnce })
    const last = records.map(({ bytes }) => decodeCopy(bytes)).findLast((copy) => copy !== undefined)
    if (last?.journal === journal) return last.record
  }
  let newest = 0
  for await (const copy of readCopies(dir, deps)) if (copy.journal === journal) newest = copy.record
  return newest
}
