/** Time to an acknowledgement: one batch after the other compared with raw write + fdatasync and SQLite, and one record at a time at a pace. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { realFiles } from '../../lib/files.ts'
import type { JournalRecord } from '../journal.ts'
import { openJournalWriter } from '../segment-journal.ts'

const recordBytes = 100
const batches = [1, 64, 1_024] as const
const turnMs = 120

export interface Latency {
  readonly batch: number
  readonly system: 'raw' | 'journal' | 'sqlite'
  readonly recordsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export async function measureBatches(dir: string, msEach: number): Promise<readonly Latency[]> {
  const writer = await openJournalWriter(join(dir, 'batches'))
  const file = await realFiles.open(join(dir, 'batches-raw'), 'create')
  const database = new DatabaseSync(join(dir, 'batches.sqlite'))
  database.exec('pragma journal_mode = wal; pragma synchronous = full; create table record (bytes blob not null)')
  const insert = database.prepare('insert into record (bytes) values (?)')
  const bytes = Buffer.alloc(recordBytes, 3)
  let at = 0
  const systems = {
    raw: async (batch: number) => {
      at += await file.write(Buffer.alloc(batch * recordBytes, 3), at)
      await file.sync()
    },
    journal: async (batch: number) => {
      await writer.append(Array.from({ length: batch }, (): JournalRecord => ({ kind: 1, frames: 1, bytes })))
    },
    sqlite: async (batch: number) => {
      database.exec('begin immediate')
      for (let i = 0; i < batch; i++) insert.run(bytes)
      database.exec('commit')
    },
  }
  const names = ['raw', 'journal', 'sqlite'] as const
  const found: Latency[] = []
  for (const batch of batches) {
    const times = { raw: [] as number[], journal: [] as number[], sqlite: [] as number[] }
    const until = performance.now() + msEach * names.length
    while (performance.now() < until) for (const name of names) await oneTurn(() => systems[name](batch), times[name])
    for (const system of names) found.push(latencyOf(batch, system, times[system]))
  }
  await writer[Symbol.asyncDispose]()
  await file.close()
  database.close()
  return found
}

async function oneTurn(commit: () => Promise<void>, times: number[]) {
  const until = performance.now() + turnMs
  while (performance.now() < until) {
    const began = performance.now()
    await commit()
    times.push(performance.now() - began)
  }
}

function latencyOf(batch: number, system: Latency['system'], times: number[]): Latency {
  const total = times.reduce((sum, ms) => sum + ms, 0)
  return { batch, system, recordsPerSecond: Math.round((times.length * batch * 1_000) / total), ...percentiles(times) }
}

export interface Paced {
  readonly ratePerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly syncs: number
  readonly cores: number
}

/** One record a call, as sources hand them in. */
export async function measurePaced(dir: string, ratePerSecond: number, ms: number): Promise<Paced> {
  const writer = await openJournalWriter(join(dir, `paced-${ratePerSecond}`))
  const bytes = Buffer.alloc(recordBytes, 4)
  const times: number[] = []
  const waiting: Promise<void>[] = []
  const cpu = process.cpuUsage()
  const began = performance.now()
  for (let sent = 0; performance.now() - began < ms; ) {
    const due = Math.floor(((performance.now() - began) * ratePerSecond) / 1_000)
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
  return { ratePerSecond, ...percentiles(times), syncs, cores: (user + system) / 1_000 / ms }
}

function percentiles(times: number[]) {
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0
  return { p50Ms: at(0.5), p99Ms: at(0.99) }
}
