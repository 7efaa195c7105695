/**
 * The rows of the open block in memory: a writer needs them when the block closes, and deduplication asks for the newest numbers first.
 * Read from the table when they are not known for certain; the open block's own row decides.
 */
import type { Instant } from '../../lib/brand.ts'
import { dayNumber } from '../../lib/utc-day.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { type CommitBatch, type StoredKey, StoreError } from '../store.ts'
import { type BlockPlan, blockRows, type OpenBlock, planBlocks } from './reading-block.ts'
import { openBlock } from './reading-lookup.ts'
import { appendRows, emptied, keyRows, type ReadingRows, readingAt, readingKey, readingWidth } from './reading-rows.ts'

/** By a transaction that has stored rows already: it would see its own. */
export interface Asked {
  readonly on: SqlRunner
  /** Rows at this position and behind it are its own. */
  readonly ownFrom: number
}

export interface StoredTail {
  /** As it is in the database now. */
  current(asked?: Asked): Promise<{ readonly open: OpenBlock; readonly rows: ReadingRows }>
  /** Keys and hashes of what the open block holds of some devices, in the order they were stored, and the number of that block. */
  openKeys(devices: readonly number[]): Promise<OpenKeys>
  /** A batch was committed: this is what the open block holds now. */
  moved(blocks: Blocks): void
  /** The effect of the last commit is unknown. */
  forget(): void
}

export interface OpenKeys {
  readonly block: number
  /** By device, in the order they were asked for. */
  readonly keys: readonly (readonly (StoredKey & { readonly epoch: number })[])[]
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
  let known: Known | undefined

  async function current({ on, ownFrom }: Asked = { on: runner, ownFrom: Number.MAX_SAFE_INTEGER }): Promise<Known> {
    for (let look = 1; ; look++) {
      const open = await openBlock(on)
      if (!open) throw new StoreError('transient', 'the schema of the database is not up to date: it has no open block')
      if (known?.open.block === open.block && known.open.rows_open === open.rows_open) return known
      const query = runner.db
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
    async openKeys(devices) {
      const tail = await current()
      tail.byDevice ??= addPlaces(new Map(), tail.rows, 0)
      const { open, rows, byDevice: places } = tail
      const keysOf = (device: number) => (places.get(device) ?? []).map((row) => readingKey(rows, row))
      return { block: open.block, keys: devices.map(keysOf) }
    },
  }
}

function addPlaces(places: Map<number, number[]>, { length, values }: ReadingRows, from: number) {
  for (let row = from; row < length; row++)
    places.getOrInsertComputed(values[row * readingWidth + readingAt.device] as number, () => []).push(row)
  return places
}
