/**
 * How fast the journal is beside the disk it lies on: durable bytes per second against raw write + fdatasync into a file whose
 * blocks exist already, and the time to an acknowledgement at a paced rate. Prints; judges nothing.
 * `node src/journal/journal.bench.ts [directory]`
 */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { realFiles } from '../lib/files.ts'
import type { JournalRecord } from './journal.ts'
import { recordHeaderBytes } from './record.ts'
import { openJournalWriter } from './segment-journal.ts'

const groupBytes = 256 * 1024
const groups = 200
const rounds = 5
const dir = await mkdtemp(join(process.argv[2] ?? tmpdir(), 'journal-bench-'))

/** MB/s of raw group writes. */
async function raw(): Promise<number> {
  const path = join(dir, 'raw')
  const fd = openSync(path, 'w')
  const zeros = Buffer.alloc(4 * 1024 * 1024)
  for (let at = 0; at < groups * groupBytes; at += zeros.length) writeSync(fd, zeros, 0, zeros.length, at)
  fsyncSync(fd)
  closeSync(fd)
  const file = await realFiles.open(path, 'write')
  const bytes = Buffer.alloc(groupBytes, 1)
  const started = performance.now()
  for (let i = 0; i < groups; i++) {
    await file.write(bytes, i * groupBytes)
    await file.sync()
  }
  const speed = (groups * groupBytes) / 1_000 / (performance.now() - started)
  await file.close()
  rmSync(path)
  return speed
}

/** MB/s of record bytes; two groups wait while one is written. */
async function journal(recordBytes: number): Promise<number> {
  const path = join(dir, 'journal')
  const writer = await openJournalWriter(path, { groupBytesMax: groupBytes })
  // The raw file has its blocks already; so has the segment of a journal that had a moment of rest.
  await new Promise((done) => setTimeout(done, 600))
  // A group of records with their headers is as large as a raw group.
  const length = Math.floor(groupBytes / (recordBytes + recordHeaderBytes))
  const records = Array.from({ length }, (): JournalRecord => {
    return { kind: 1, frames: 1, bytes: Buffer.alloc(recordBytes, 2) }
  })
  const started = performance.now()
  const waiting: Promise<unknown>[] = []
  for (let i = 0; i < groups; i++) {
    waiting.push(writer.append(records))
    if (waiting.length > 2) await waiting.shift()
  }
  await Promise.all(waiting)
  const speed = (groups * records.length * recordBytes) / 1_000 / (performance.now() - started)
  await writer[Symbol.asyncDispose]()
  rmSync(path, { recursive: true })
  return speed
}

async function acknowledgements(ratePerSecond: number, seconds: number) {
  const path = join(dir, 'paced')
  const writer = await openJournalWriter(path)
  const bytes = Buffer.alloc(100, 3)
  const times: number[] = []
  const waiting: Promise<void>[] = []
  const cpu = process.cpuUsage()
  const started = performance.now()
  for (let sent = 0; sent < ratePerSecond * seconds; ) {
    const due = Math.floor(((performance.now() - started) * ratePerSecond) / 1_000)
    for (; sent < due; sent++) {
      const at = performance.now()
      waiting.push(
        writer.append([{ kind: 1, frames: 1, bytes }]).then(() => {
          times.push(performance.now() - at)
        }),
      )
    }
    await new Promise((done) => setTimeout(done, 1))
  }
  await Promise.all(waiting)
  const { user, system } = process.cpuUsage(cpu)
  const { syncs } = writer.stats()
  await writer[Symbol.asyncDispose]()
  times.sort((a, b) => a - b)
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(2)
  return { p50Ms: at(0.5), p99Ms: at(0.99), syncs, cores: ((user + system) / 1e6 / seconds).toFixed(2) }
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

try {
  const raws: number[] = []
  const large: number[] = []
  const small: number[] = []
  for (let round = 0; round < rounds; round++) {
    raws.push(await raw())
    large.push(await journal(4_096))
    small.push(await journal(100))
  }
  const show = (name: string, values: readonly number[]) =>
    console.log(
      name.padEnd(28),
      `${median(values).toFixed(0).padStart(5)} MB/s   (${values.map((v) => v.toFixed(0)).join(' ')})`,
    )
  show('raw write + fdatasync', raws)
  show('journal, 4 KiB records', large)
  show('journal, 100-byte records', small)
  console.log(
    `ratio ${(median(large) / median(raws)).toFixed(2)}, ratio_100b ${(median(small) / median(raws)).toFixed(2)}`,
  )
  for (const rate of [1_000, 20_000]) console.log(`${rate}/s, one record a call:`, await acknowledgements(rate, 3))
} finally {
  rmSync(dir, { recursive: true, force: true })
}
