/** The segment that is being written: made, appended to, sealed. It throws what the disk throws; what follows is the writer's. */
import { join } from 'node:path'
import type { Files, OpenFile } from '../lib/files.ts'
import type { Mark, SegmentPlan } from './groups.ts'
import { memory, recordFlags, recordHeaderBytes, writeRecord } from './record.ts'
import { encodeHeader, headerBytes, type SegmentHeader, segmentName } from './segment.ts'
import { sealWords } from './walk.ts'

export interface ActiveSegment {
  readonly plan: SegmentPlan
  readonly header: SegmentHeader
  readonly name: string
  readonly path: string
  readonly file: OpenFile
  /** Behind the last durable record. */
  offset: number
}

/** Makes the file; nothing is in it and nothing is synced. */
export async function makeSegment(files: Files, dir: string, plan: SegmentPlan, header: SegmentHeader) {
  const name = segmentName(header)
  const path = join(dir, name)
  const file = await files.open(path, 'create')
  return { plan, header, name, path, file, offset: headerBytes } satisfies ActiveSegment
}

/** `bytes`: how large the file is made at once, without taking room. */
export async function writeHeader({ file, header }: ActiveSegment, bytes: number) {
  await writeAll(file, encodeHeader(header), 0)
  // A file that has its size already is synced two to three times as fast as one that grows (measured on ext4).
  await file.truncate(bytes)
}

export async function writeAll(file: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < bytes.byteLength) {
    const count = await file.write(done === 0 ? bytes : bytes.subarray(done), position + done)
    if (count === 0) throw Object.assign(new Error('the disk took no bytes'), { code: 'ENOSPC' })
    done += count
  }
}

/** Ends a segment behind its last record: `closed` by a writer that stops, `continued` by one that goes on in the next. */
export async function seal(segment: ActiveSegment, how: 'closed' | 'continued', end: Mark) {
  const { number, acceptedFrames, noiseFrames } = end
  const record = { kind: 0, frames: 0, flags: recordFlags.seal | recordFlags.firstOfWrite, number: number + 1 }
  const out = memory(recordHeaderBytes + 1)
  writeRecord(
    out,
    0,
    { ...record, acceptedFrames, noiseFrames, bytes: Uint8Array.of(sealWords[how]) },
    segment.plan.salt,
  )
  await segment.file.truncate(segment.offset)
  await writeAll(segment.file, out.bytes, segment.offset)
}

const fullCodes = ['ENOSPC', 'EDQUOT', 'EFBIG']
export const isFull = (error: unknown) => fullCodes.includes((error as NodeJS.ErrnoException).code ?? '')
