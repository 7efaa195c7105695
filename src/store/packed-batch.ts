/** The lists of a batch that have a row for each device or bay, packed: as processing hands them over, and on their way to another thread. */
import { type DeviceRecord, newDevice } from '../domain/fold.ts'
import type { DeviceId } from '../domain/reading.ts'
import type { Instant } from '../lib/brand.ts'
import {
  isPacked,
  type PackedRows,
  type RowList,
  type RowMemory,
  type RowShape,
  rowMemory,
  rowShape,
} from './packed-rows.ts'
import { readingsToSend } from './readings/reading-rows.ts'
import type { CommitBatch } from './store.ts'
import type { RowOf, Table } from './table.ts'
import { bayState } from './tables/bay-state.ts'
import { deviceHealth } from './tables/device-health.ts'
import { deviceOrder } from './tables/device-order.ts'
import { sensorDay } from './tables/sensor-day.ts'
import { stayStanding } from './tables/stay-standing.ts'

type AnyRow = Readonly<Record<string, unknown>>
/** A batch, or a part of it that holds lists. */
type Part = Readonly<Record<string, unknown>>

const shapeOf = <Row extends object>({ columns }: Pick<Table, 'columns'>) =>
  rowShape<Row>(columns.map(({ field }) => field as keyof Row & string))

const aDevice = newDevice(0, '', '' as DeviceId, 0 as Instant)
export const deviceRows = rowShape<DeviceRecord>(Object.keys(aDevice) as (keyof DeviceRecord)[])
export const sensorDayRows = shapeOf<RowOf<typeof sensorDay>>(sensorDay)

/** By their place in the batch. */
const lists = (
  [
    [['devices'], deviceRows],
    [['orders'], shapeOf(deviceOrder)],
    [['losses', 'sensorDays'], sensorDayRows],
    [['history', 'health'], shapeOf(deviceHealth)],
    [['history', 'standing', 'put'], shapeOf(stayStanding)],
    [['history', 'bays', 'states'], shapeOf(bayState)],
  ] as unknown as readonly (readonly [path: readonly string[], shape: RowShape<AnyRow>])[]
).map(([path, shape]) => ({ path, shape }))

/** A batch as another thread gets it. */
export interface SentBatch {
  /** The lists that are packed are empty in it. */
  readonly rest: CommitBatch
  /** In the order of the declared lists; undefined: the batch has none. */
  readonly packed: readonly (PackedRows | undefined)[]
}

export function createBatchPacker() {
  /** Memory of batches that have ended, by list. */
  const free = lists.map((): RowMemory[] => [])
  return {
    /** `ended` is called when no thread reads the batch any more. */
    pack(batch: CommitBatch) {
      const taken: { readonly memory: RowMemory; readonly of: RowMemory[] }[] = []
      const packed = lists.map(({ path, shape }, i) => {
        const rows = listAt(batch, path)
        if (!rows || isPacked(rows)) return rows?.packed
        const of = free[i] as RowMemory[]
        const memory = of.pop() ?? rowMemory()
        taken.push({ memory, of })
        return shape.pack(rows, memory).packed
      })
      const { readings, transfer } = readingsToSend(batch.readings)
      const rest = lists.reduce<Part>((part, { path }, i) => (packed[i] ? withList(part, path, []) : part), {
        ...batch,
        readings,
      })
      const sent = { rest: rest as unknown as CommitBatch, packed } satisfies SentBatch
      const ended = () => {
        for (const { memory, of } of taken) of.push(memory)
      }
      return { sent, transfer, ended }
    },
  }
}

export function receivedBatch({ rest, packed }: SentBatch): CommitBatch {
  return lists.reduce<Part>(
    (part, { path, shape }, i) => {
      const rows = packed[i]
      return rows ? withList(part, path, shape.listOf(rows)) : part
    },
    rest as unknown as Part,
  ) as unknown as CommitBatch
}

function listAt(batch: CommitBatch, path: readonly string[]): RowList<AnyRow> | undefined {
  let part: unknown = batch
  for (const name of path) part = (part as Part | undefined)?.[name]
  return part as RowList<AnyRow> | undefined
}

function withList(part: Part, [name = '', ...more]: readonly string[], rows: RowList<AnyRow>): Part {
  return { ...part, [name]: more.length === 0 ? rows : withList(part[name] as Part, more, rows) }
}
