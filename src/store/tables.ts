/** The tables as SQL sees them, one meaning in every dialect. `docs/schema.md` explains them. */
import type { MeasureName } from '@baykeeper/contract/measures.ts'
import type { GeneratedAlways } from 'kysely'
import type { DecoderTables } from './decoder-choices.ts'
import type { ForecastTables } from './forecast-rows.ts'
import type { HistoryTables } from './history-rows.ts'
import type { LossTables } from './loss-rows.ts'
import type { RawFrameTables } from './raw-frame-rows.ts'

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

export interface DeviceOrderTable {
  device: number
  state: string
}

export interface DeadLetterTable {
  pos: number
  idx: number
  source: string
  codec: string
  arrived: number
  code: string
  detail: string
  head: string
  bytes: Uint8Array
  state: string
}

export interface DeadLetterPieceTable {
  pos: number
  idx: number
  piece: number
  bytes: Uint8Array
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

export interface LedgerTable {
  journal: string
  source: string
  day: string
  committed: number
  duplicate: number
  quarantined: number
  lost: number
  damaged: number
}

export interface JournalOffsetTable {
  journal: string
  part: number
  off: number
  fence: number
  base: number
}

export interface LayoutTable {
  version: number
  journal: string | null
  record: number | null
  created: number
  author: string
  comment: string
  layout: Uint8Array
}

export interface Tables extends LossTables, HistoryTables, ForecastTables, RawFrameTables, DecoderTables {
  journal_offset: JournalOffsetTable
  device: DeviceTable
  device_order: DeviceOrderTable
  reading: ReadingTable
  reading_open: ReadingOpenTable
  reading_block: ReadingBlockTable
  dead_letter: DeadLetterTable
  dead_letter_piece: DeadLetterPieceTable
  server_lease: ServerLeaseTable
  ledger: LedgerTable
  layout: LayoutTable
}
