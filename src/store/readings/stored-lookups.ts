/**
 * What is stored of a device, for deduplication and repair: in the open block, whose rows are in memory (stored-tail.ts), and in the closed blocks
 * before it, by their packed keys.
 */
import type { SqlRunner } from '../engine/sql-runner.ts'
import type { Store, StoredKey } from '../store.ts'
import type { ReadingKey } from './reading-block.ts'
import { keysInClosed, newestInClosed, type ReadingWanted, readingKeys, readingsAt } from './reading-lookup.ts'
import { toReading } from './rows.ts'
import type { StoredTail } from './stored-tail.ts'

export type StoredLookups = Pick<Store, 'findSeqs' | 'findTimes' | 'newestOf' | 'readingsBetween' | 'epochSpan'>

export function storedLookups(runner: SqlRunner, tail: StoredTail): StoredLookups {
  /** Keys of one device in both; of the closed blocks some that are not wanted too. */
  async function keysOf(device: number, wanted: Omit<ReadingWanted, 'fromDevice' | 'toDevice'>) {
    const { block, keys } = await tail.openKeys([device])
    const closed = await keysInClosed(runner, block, { fromDevice: device, toDevice: device, ...wanted })
    return { open: keys[0] ?? [], closed }
  }

  async function storedAt(keys: readonly ReadingKey[]): Promise<StoredKey[]> {
    return (await readingsAt(runner, keys)).map((row) => keyOf(toReading(row)))
  }

  return {
    async findSeqs(device, epoch, seqs) {
      if (seqs.length === 0) return []
      const wanted = new Set(seqs)
      const isWanted = (row: { epoch: number; seq: number | null }) =>
        row.epoch === epoch && row.seq !== null && wanted.has(row.seq)
      const { open, closed } = await keysOf(device, { epoch, fromSeq: Math.min(...seqs), toSeq: Math.max(...seqs) })
      return [...open.filter(isWanted).map(keyOf), ...(await storedAt(closed.filter(isWanted)))]
    },

    async findTimes(device, times) {
      if (times.length === 0) return []
      const wanted = new Set(times)
      const isWanted = ({ time }: { time: number }) => wanted.has(time)
      const { open, closed } = await keysOf(device, { from: Math.min(...times), to: Math.max(...times) + 1 })
      return [...open.filter(isWanted).map(keyOf), ...(await storedAt(closed.filter(isWanted)))]
    },

    async newestOf(devices, count) {
      const { block, keys } = await tail.openKeys(devices)
      const found = new Map(
        devices.map((device, i) => [device, (keys[i] ?? []).map(keyOf).sort(newestFirst).slice(0, count)]),
      )
      const more = new Map<number, number>()
      for (const [device, { length }] of found) if (length < count) more.set(device, count - length)
      const closed = (await newestInClosed(runner, block, more)).flat()
      for (const { device, ...key } of (await readingsAt(runner, closed)).map(toReading))
        found.get(device)?.push(keyOf(key))
      return devices.map((device) => (found.get(device) ?? []).sort(newestFirst))
    },

    async readingsBetween(device, from, to) {
      const keys = await readingKeys(runner, { fromDevice: device, toDevice: device, from, to })
      const wanted = keys.filter((key) => key.device === device && key.time >= from && key.time < to)
      return (await readingsAt(runner, wanted)).map(toReading)
    },

    async epochSpan(device, epoch) {
      const { open, closed } = await keysOf(device, { epoch })
      const numbers = new Set<number>()
      for (const row of [...open, ...closed]) if (row.epoch === epoch && row.seq !== null) numbers.add(row.seq)
      const gone = await forgottenSpan(runner, device, epoch)
      const forgotten = Number(gone?.numbers ?? 0)
      if (numbers.size + forgotten === 0) return undefined
      let min = gone?.min ?? Number.POSITIVE_INFINITY
      let max = gone?.max ?? Number.NEGATIVE_INFINITY
      for (const seq of numbers) {
        if (seq < min) min = seq
        if (seq > max) max = seq
      }
      return { min, max, distinct: numbers.size + forgotten }
    },
  }
}

/** What retention has taken away of an epoch. */
async function forgottenSpan({ db, all }: SqlRunner, device: number, epoch: number) {
  const query = db
    .selectFrom('reading_forgotten')
    .select(({ fn }) => [fn.min('min_seq').as('min'), fn.max('max_seq').as('max'), fn.sum('numbers').as('numbers')])
    .where('device', '=', device)
    .where('epoch', '=', epoch)
  return (await all(query.compile()))[0]
}

const keyOf = ({ pos, idx, seq, time, hash }: StoredKey): StoredKey => ({ pos, idx, seq, time, hash })

const newestFirst = (a: { pos: number; idx: number }, b: { pos: number; idx: number }) => b.pos - a.pos || b.idx - a.idx
