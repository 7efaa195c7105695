/**
 * Bytes per second in groups of 256 KiB, into files whose blocks exist already: raw write + fdatasync beside the journal with large and
 * with small records. The three take turns every few groups, so that other load of the machine affects them equally.
 */
import { closeSync, fsyncSync, openSync, statSync, writeSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type OpenFile, realFiles } from '../../lib/files.ts'
import type { JournalRecord, JournalWriter } from '../journal.ts'
import { recordHeaderBytes } from '../record.ts'
import { headerBytes } from '../segment.ts'
import { openJournalWriter } from '../segment-journal.ts'

const groupBytes = 256 * 1024
const segmentBytes = 64 * 1024 * 1024
const groupsPerTurn = 12
/** Groups per segment, so that no segment is started within a measurement. */
const turnsPerFile = Math.floor((segmentBytes - headerBytes) / groupBytes / groupsPerTurn) - 1
const appendsAhead = 2
const fillMsMax = 20_000

/** MB/s of content, turn by turn. */
export interface Throughput {
  readonly raw: readonly number[]
  readonly large: readonly number[]
  readonly small: readonly number[]
}

export async function measureThroughput(dir: string, untilMs: number): Promise<Throughput> {
  const raw: number[] = []
  const large: number[] = []
  const small: number[] = []
  for (let round = 0; round === 0 || performance.now() < untilMs; round++) {
    const place = join(dir, `throughput-${round}`)
    const file = await allocated(`${place}-raw`)
    await using four = await journalOf(`${place}-4096`, 4_096)
    await using hundred = await journalOf(`${place}-100`, 100)
    // The first turn of each round warms up what the compiler has not seen yet.
    for (let turn = 0; turn < turnsPerFile && (turn < 3 || performance.now() < untilMs); turn++) {
      const speeds = [await rawTurn(file, turn), await four.turn(), await hundred.turn()] as const
      if (turn === 0) continue
      raw.push(speeds[0])
      large.push(speeds[1])
      small.push(speeds[2])
    }
    await file.close()
  }
  return { raw, large, small }
}

async function rawTurn(file: OpenFile, turn: number): Promise<number> {
  const bytes = Buffer.alloc(groupBytes, 1)
  const began = performance.now()
  for (let i = 0; i < groupsPerTurn; i++) {
    await file.write(bytes, (turn * groupsPerTurn + i) * groupBytes)
    await file.sync()
  }
  return speed(groupsPerTurn * groupBytes, began)
}

async function allocated(path: string): Promise<OpenFile> {
  const fd = openSync(path, 'w')
  const zeros = Buffer.alloc(4 * 1024 * 1024)
  for (let at = 0; at < segmentBytes; at += zeros.length) writeSync(fd, zeros, 0, zeros.length, at)
  fsyncSync(fd)
  closeSync(fd)
  return realFiles.open(path, 'write')
}

async function journalOf(dir: string, recordBytes: number) {
  const writer = await openJournalWriter(dir, { groupBytesMax: groupBytes, segmentBytesMax: segmentBytes })
  await filledAhead(dir)
  // A group of records with their headers is as large as a raw group.
  const length = Math.floor(groupBytes / (recordBytes + recordHeaderBytes))
  const records = Array.from({ length }, (): JournalRecord => {
    return { kind: 1, frames: 1, bytes: Buffer.alloc(recordBytes, 2) }
  })
  return {
    turn: () => journalTurn(writer, records, recordBytes),
    [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose](),
  }
}

async function journalTurn(writer: JournalWriter, records: readonly JournalRecord[], recordBytes: number) {
  const began = performance.now()
  const waiting: Promise<unknown>[] = []
  for (let i = 0; i < groupsPerTurn; i++) {
    waiting.push(writer.append(records))
    if (waiting.length > appendsAhead) await waiting.shift()
  }
  await Promise.all(waiting)
  return speed(groupsPerTurn * records.length * recordBytes, began)
}

/** A segment gets its blocks in a moment of rest, as the raw file got its own. */
async function filledAhead(dir: string) {
  const until = performance.now() + fillMsMax
  for (;;) {
    const name = (await readdir(dir)).find((each) => each.endsWith('.segment')) ?? ''
    if (statSync(join(dir, name)).blocks * 512 >= segmentBytes - 8_192 || performance.now() > until) return
    await new Promise((done) => setTimeout(done, 50))
  }
}

const speed = (bytes: number, began: number) => bytes / 1_000 / (performance.now() - began)
