/** The segment that is being written: made, appended to, sealed. It throws what the disk throws; what follows is the writer's. */
import { join } from 'node:path'
import type { Files, OpenFile } from '../lib/files.ts'
import type { Mark, SegmentPlan } from './groups.ts'
import { memory } from './memory.ts'
import { recordFlags, recordHeaderBytes, writeRecord } from './record.ts'
import { encodeHeader, headerBytes, type SegmentHeader, segmentName } from './segment.ts'
import { type Seal, sealWords } from './walk.ts'

export interface ActiveSegment {
  readonly plan: SegmentPlan
  readonly header: SegmentHeader
  readonly name: string
  readonly path: string
  readonly file: OpenFile
  /** Behind the last durable record. */
  offset: number
}

/** Makes the file; nothing is in it, and its name is not durable. */
export async function makeSegment(
  files: Files,
  dir: string,
  plan: SegmentPlan,
  header: SegmentHeader,
): Promise<ActiveSegment> {
  const name = segmentName(header)
  const path = join(dir, name)
  const file = await files.open(path, 'create-through')
  return { plan, header, name, path, file, offset: headerBytes }
}

/** Takes back a segment that never held an acknowledged record. Once it resolves, no crash brings it back. */
export async function discard(files: Files, dir: string, { path, file }: ActiveSegment) {
  await file.close()
  await files.remove(path)
  await files.syncDirectory(dir)
}

/** `bytes`: how large the file is made at once, without taking room. */
export async function writeHeader({ file, header }: ActiveSegment, bytes: number) {
  // A file that has its size already is synced up to twice as fast as one that grows (measured on ext4).
  await file.truncate(bytes)
  await writeAll(file, encodeHeader(header), 0)
}

/** On a file of `create-through` what is written is durable when this resolves. */
export async function writeAll(file: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < bytes.byteLength) {
    const count = await file.write(done === 0 ? bytes : bytes.subarray(done), position + done)
    if (count === 0) throw Object.assign(new Error('the disk took no bytes'), { code: 'ENOSPC' })
    done += count
  }
}

export async function seal(file: OpenFile, how: Seal, at: { salt: number; offset: number; end: Mark }) {
  const { number, acceptedFrames, noiseFrames } = at.end
  const out = memory(recordHeaderBytes + 1)
  const content = { kind: 0, frames: 0, bytes: Uint8Array.of(sealWords[how]) }
  const flags = recordFlags.seal | recordFlags.firstOfWrite
  writeRecord(out, 0, content, { flags, number: number + 1, acceptedFrames, noiseFrames }, at.salt)
  await writeAll(file, out.bytes, at.offset)
}

const fullCodes = ['ENOSPC', 'EDQUOT', 'EFBIG']
export const isFull = (error: unknown) => fullCodes.includes((error as NodeJS.ErrnoException).code ?? '')
