/** The tables as SQL sees them, one meaning in every dialect. `docs/schema.md` explains them. */
import type { MeasureName } from '@baykeeper/contract/measures.ts'
import type { GeneratedAlways } from 'kysely'
import type { DeclaredTables } from './tables/list.ts'

/** A column for each measure. */
type MeasureColumns = Record<MeasureName, number | null>

export interface ReadingTable extends MeasureColumns {
  /** Days since 1970 UTC, of storing: what retention goes by. */
  day: number
  pos: number
  idx: number
  device: number
  epoch: number
  seq: number | null
  time: number
  arrived: number
  quality: number
  hash: number
  occupied: number | null
}

export interface ReadingOpenTable {
  id: number
  day: number
  after_pos: number
  block: number
  rows_open: number
}

export interface ReadingBlockTable {
  device_group: number
  day: number
  block: number
  rows_held: number
  first_epoch: number
  last_epoch: number
  first_seq: number
  last_seq: number
  first_time: number
  last_time: number
  keys_packed: Uint8Array
}

export interface DeviceTable extends MeasureColumns {
  id: number
  source: string
  external: string
  claimed_bay: string | null
  epoch: number
  min_seq: number | null
  max_seq: number | null
  distinct_count: number
  missing_before: number
  occupied: number | null
  since: number | null
  last_time: number
  last_arrived: number
  first_arrived: number
  battery_low: number | null
  readings: number
  duplicates: number
  rev: number
  /** Made by the database from `rev`. */
  rev_page: GeneratedAlways<number>
}

export interface ServerLeaseTable {
  /** 0: there is one. */
  id: number
  owner: string
  host: string
  pid: number
  place: string
  begun: number
  beat: number
}

export interface JournalOffsetTable {
  journal: string
  part: number
  off: number
  fence: number
  base: number
}

export interface ReadingForgottenTable {
  day: number
  device: number
  epoch: number
  rows_gone: number
  numbers: number
  min_seq: number | null
  max_seq: number | null
}

export type DeadLetterTable = DeclaredTables['dead_letter']
export type DeadLetterPieceTable = DeclaredTables['dead_letter_piece']

export interface Tables extends DeclaredTables {
  journal_offset: JournalOffsetTable
  device: DeviceTable
  reading: ReadingTable
  reading_open: ReadingOpenTable
  reading_block: ReadingBlockTable
  reading_forgotten: ReadingForgottenTable
  server_lease: ServerLeaseTable
}
