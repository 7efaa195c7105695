/** From what is known of losses to what a row holds, and back. The order of each tuple is the order of its column list. */
import type { Instant } from '../lib/brand.ts'
import type { Discard, Gap, IntakeDay, LossRow, SensorDayDelta } from './losses.ts'
import { int, type SqlValue, text } from './rows.ts'

export interface GapTable {
  device: number
  epoch: number
  to_seq: number
  from_seq: number
  day: number
}

export interface SensorDayTable {
  day: number
  device: number
  committed: number
  duplicate: number
  quarantined: number
  lost: number
  readings: number
}

export interface LossTable {
  journal: string
  source: string
  cause: string
  id: string
  day: number
  frames: number | null
  begun: number | null
  ended: number | null
  detail: string
}

export interface IntakeDayTable extends IntakeDay {
  journal: string
}

export interface DiscardTable {
  pos: number
  idx: number
  source: string
  codec: string
  arrived: number
  code: string
  frames: number
  size: number
  sha256: string
  discarded: number
  author: string
  reason: string
}

export interface LossTables {
  gap: GapTable
  sensor_day: SensorDayTable
  loss: LossTable
  intake_day: IntakeDayTable
  discard: DiscardTable
}

export const gapColumns = [
  'device',
  'epoch',
  'to_seq',
  'from_seq',
  'day',
] as const satisfies readonly (keyof GapTable)[]
export const sensorDaySums = ['committed', 'duplicate', 'quarantined', 'lost', 'readings'] as const
export const sensorDayColumns = ['day', 'device', ...sensorDaySums] as const
export const lossColumns = ['journal', 'source', 'cause', 'id', 'day', 'frames', 'begun', 'ended', 'detail'] as const
/** What a loss told again changes: not the day on which it was noticed. */
export const lossChanges = ['frames', 'begun', 'ended', 'detail'] as const
export const intakeDaySums = ['received', 'accepted', 'refused', 'unframeable'] as const
export const intakeDayColumns = ['journal', 'source', 'day', ...intakeDaySums] as const
export const discardColumns = [
  'pos',
  'idx',
  'source',
  'codec',
  'arrived',
  'code',
  'frames',
  'size',
  'sha256',
  'discarded',
  'author',
  'reason',
] as const satisfies readonly (keyof DiscardTable)[]

export const gapValues = (gap: Gap): SqlValue[] => [
  int(gap.device, 'device'),
  int(gap.epoch, 'epoch'),
  int(gap.to, 'to_seq'),
  int(gap.from, 'from_seq'),
  int(gap.day, 'day'),
]

export const sensorDayValues = (row: SensorDayDelta): SqlValue[] => [
  int(row.day, 'day'),
  int(row.device, 'device'),
  ...sensorDaySums.map((column) => int(row[column], column)),
]

export const lossValues = (journal: string, row: LossRow): SqlValue[] => [
  journal,
  text(row.source, 'source'),
  row.cause,
  text(row.id, 'id'),
  int(row.day, 'day'),
  row.frames === null ? null : int(row.frames, 'frames'),
  row.from === null ? null : int(row.from, 'begun'),
  row.to === null ? null : int(row.to, 'ended'),
  row.detail.toWellFormed(),
]

export const intakeDayValues = (journal: string, row: IntakeDay): SqlValue[] => [
  journal,
  text(row.source, 'source'),
  text(row.day, 'day'),
  ...intakeDaySums.map((column) => int(row[column], column)),
]

export const discardValues = (row: Discard): SqlValue[] => [
  int(row.pos, 'pos'),
  int(row.idx, 'idx'),
  row.source,
  row.codec,
  int(row.arrived, 'arrived'),
  row.code,
  int(row.frames, 'frames'),
  int(row.size, 'size'),
  row.sha256,
  int(row.discarded, 'discarded'),
  text(row.author, 'author'),
  row.reason.toWellFormed(),
]

export const toGap = ({ device, epoch, to_seq, from_seq, day }: GapTable): Gap => ({
  device,
  epoch,
  to: to_seq,
  from: from_seq,
  day,
})

export const toLoss = (row: Omit<LossTable, 'journal'>): LossRow => ({
  source: row.source,
  cause: row.cause as LossRow['cause'],
  id: row.id,
  day: row.day,
  frames: row.frames,
  from: row.begun as Instant | null,
  to: row.ended as Instant | null,
  detail: row.detail,
})

export const toDiscard = (row: DiscardTable): Discard => ({
  ...row,
  arrived: row.arrived as Instant,
  discarded: row.discarded as Instant,
})
