/**
 * The rows of the open block in memory: a writer needs them when the block closes, and deduplication asks for the newest numbers first.
 * Read from the table when they are not known for certain; the open block's own row tells.
 */
import type { Instant } from '../../lib/brand.ts'
import { dayNumber } from '../../lib/utc-day.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { type CommitBatch, type Store, type StoredKey, StoreError } from '../store.ts'
import { type BlockPlan, blockRows, type OpenBlock, planBlocks, type ReadingKey } from './reading-block.ts'
import {
  keysInClosed,
  newestInClosed,
  openBlock,
  type ReadingWanted,
  readingKeys,
  readingsAt,
} from './reading-lookup.ts'
import {
  appendRows,
  emptied,
  keyRows,
  type ReadingRows,
  readingAt,
  readingKey,
  readingRow,
  readingWidth,
} from './reading-rows.ts'
import { toReading } from './rows.ts'

/** By a transaction that has stored rows already: it would see its own. */
export interface Asked {
  readonly on: SqlRunner
  /** Rows at this position and behind it are its own. */
  readonly ownFrom: number
}

export interface StoredTail
  extends Pick<Store, 'findSeqs' | 'findTimes' | 'newestOf' | 'readingsBetween' | 'epochSpan'> {
  /** As the database says it is now. */
  current(asked?: Asked): Promise<{ readonly open: OpenBlock; readonly rows: ReadingRows }>
  /** A batch was committed: this is what the open block holds now. */
  moved(blocks: Blocks): void
  /** Nobody knows what the last commit did. */
  forget(): void
}

export interface Blocks {
  readonly before: OpenBlock
  readonly plan: BlockPlan
}

export interface BlockOptions {
  /** Rows of a block, for tests that want many blocks. */
  readonly blockRows?: number
}

/** What a batch does to the blocks; undefined for one without readings. */
export async function planned(
  tail: StoredTail,
  { readings }: CommitBatch,
  now: Instant,
  { blockRows: rowsMax = blockRows }: BlockOptions,
  on?: SqlRunner,
): Promise<Blocks | undefined> {
  if (readings.length === 0) return undefined
  const { open, rows } = await tail.current(on && { on, ownFrom: lowestPos(readings) })
  return { before: open, plan: planBlocks(open, rows, readings, dayNumber(now), rowsMax) }
}

function lowestPos({ length, values }: ReadingRows): number {
  let lowest = Number.MAX_SAFE_INTEGER
  for (let row = 0; row < length; row++) lowest = Math.min(lowest, values[row * readingWidth + readingAt.pos] as number)
  return lowest
}

const looksMax = 5

interface Known {
  open: OpenBlock
  rows: ReadingRows
  /** Places in `rows`; made when somebody asks for a device. */
  byDevice: Map<number, number[]> | undefined
}

export function storedTail(runner: SqlRunner): StoredTail {
  const { db, all } = runner
  let known: Known | undefined

  async function current({ on, ownFrom }: Asked = { on: runner, ownFrom: Number.MAX_SAFE_INTEGER }): Promise<Known> {
    for (let look = 1; ; look++) {
      const open = await openBlock(on)
      if (!open) throw new StoreError('transient', 'the schema of the database is not up to date: it has no open block')
      if (known?.open.block === open.block && known.open.rows_open === open.rows_open) return known
      const query = db
        .selectFrom('reading')
        .select(['pos', 'idx', 'device', 'epoch', 'seq', 'time', 'hash'])
        .where('day', '=', open.day)
        .where('pos', '>', open.after_pos)
        .where('pos', '<', ownFrom)
      const rows = keyRows(await on.all(query.compile()))
      known = rows.length === open.rows_open ? { open, rows, byDevice: undefined } : undefined
      if (known) return known
      // Somebody stored between the two looks.
      if (look === looksMax) throw new StoreError('transient', 'the open block has another writer: look again')
    }
  }

  /** Keys and hashes of what the open block holds of a device. */
  async function rowsOf(device: number): Promise<(StoredKey & { epoch: number })[]> {
    const tail = await current()
    tail.byDevice ??= addPlaces(new Map(), tail.rows, 0)
    return (tail.byDevice.get(device) ?? []).map((row) => readingKey(tail.rows, row))
  }

  return {
    current,
    moved({ before, plan: { open, added, keepsRows } }) {
      const isKnown = known?.open.block === before.block && known.open.rows_open === before.rows_open
      if (!known || !isKnown) known = undefined
      else {
        known = keepsRows ? { ...known, open } : { open, rows: emptied(known.rows), byDevice: undefined }
        const from = known.rows.length
        appendRows(known.rows, added)
        if (known.byDevice) addPlaces(known.byDevice, known.rows, from)
      }
    },
    forget() {
      known = undefined
    },

    async findSeqs(device, epoch, seqs) {
      if (seqs.length === 0) return []
      const wanted = new Set(seqs)
      const isWanted = (row: { epoch: number; seq: number | null }) =>
        row.epoch === epoch && row.seq !== null && wanted.has(row.seq)
      const found = (await rowsOf(device)).filter(isWanted).map(keyOf)
      const closed: ReadingKey[] = []
      for (const key of await closedOf(device, { epoch, fromSeq: Math.min(...seqs), toSeq: Math.max(...seqs) }))
        if (isWanted(key)) closed.push(key)
      return [...found, ...(await storedAt(closed))]
    },

    async findTimes(device, times) {
      if (times.length === 0) return []
      const wanted = new Set(times)
      const found = (await rowsOf(device)).filter((row) => wanted.has(row.time)).map(keyOf)
      const range = { from: Math.min(...times), to: Math.max(...times) + 1 }
      const closed = (await closedOf(device, range)).filter((key) => wanted.has(key.time))
      return [...found, ...(await storedAt(closed))]
    },

    async newestOf(devices, count) {
      const tail = await current()
      tail.byDevice ??= addPlaces(new Map(), tail.rows, 0)
      const found = new Map<number, StoredKey[]>()
      for (const device of devices) {
        const rows = (tail.byDevice.get(device) ?? []).map((row) => keyOf(readingRow(tail.rows, row)))
        found.set(device, rows.sort(newestFirst).slice(0, count))
      }
      const more = new Map<number, number>()
      for (const [device, { length }] of found) if (length < count) more.set(device, count - length)
      const closed = (await newestInClosed(runner, tail.open.block, more)).flat()
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
      const numbers = new Set<number>()
      for (const row of [...(await rowsOf(device)), ...(await closedOf(device, { epoch }))])
        if (row.epoch === epoch && row.seq !== null) numbers.add(row.seq)
      const [gone] = await all(
        db
          .selectFrom('reading_forgotten')
          .select(({ fn }) => [
            fn.min('min_seq').as('min'),
            fn.max('max_seq').as('max'),
            fn.sum('numbers').as('numbers'),
          ])
          .where('device', '=', device)
          .where('epoch', '=', epoch)
          .compile(),
      )
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

  /** After `rowsOf`, whose open block tells which blocks are closed. */
  async function closedOf(device: number, wanted: Omit<ReadingWanted, 'fromDevice' | 'toDevice'> = {}) {
    const { open } = known ?? (await current())
    return keysInClosed(runner, open.block, { fromDevice: device, toDevice: device, ...wanted })
  }

  async function storedAt(keys: readonly ReadingKey[]): Promise<StoredKey[]> {
    return (await readingsAt(runner, keys)).map((row) => keyOf(toReading(row)))
  }
}

const keyOf = ({ pos, idx, seq, time, hash }: StoredKey): StoredKey => ({ pos, idx, seq, time, hash })

const newestFirst = (a: { pos: number; idx: number }, b: { pos: number; idx: number }) => b.pos - a.pos || b.idx - a.idx

function addPlaces(places: Map<number, number[]>, { length, values }: ReadingRows, from: number) {
  for (let row = from; row < length; row++)
    places.getOrInsertComputed(values[row * readingWidth + readingAt.device] as number, () => []).push(row)
  return places
}
