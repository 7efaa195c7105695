/** Raw frames: one transaction a piece, its own offset first (S1). */
import type { DayNumber } from '../../lib/utc-day.ts'
import { rawFrameColumns, rawFrameValues } from '../raw-frame-rows.ts'
import { journalParts, type RawBatch, type RawFrameRow } from '../raw-frames.ts'
import { StoreError } from '../store.ts'
import { asBuffer, type MysqlSession, type RowStatement } from './mysql-session.ts'
import { unitOfWork } from './unit-of-work.ts'

/** Frames sent at once; one larger goes alone. */
const sentBytesMax = 4 * 1024 * 1024
const putFrames: RowStatement = {
  head: `INSERT INTO raw_frame (${rawFrameColumns.join(', ')})`,
  columns: rawFrameColumns.length,
}

/** `today`: the day of copying. */
export async function copyRawMysql(session: MysqlSession, batch: RawBatch, today: DayNumber): Promise<void> {
  const { journal, from, to, fence, frames } = batch
  await using work = await unitOfWork(session)
  const { affected } = await session.execute(
    'UPDATE journal_offset SET off = ?, fence = ? WHERE journal = ? AND part = ? AND off = ? AND fence <= ?',
    [to, fence, journal, journalParts.rawFrames, from, fence],
  )
  if (affected !== 1)
    throw new StoreError('fenced', `the raw frames of journal ${journal} are no longer at ${from} under this fence`)
  for (const piece of inPieces(frames))
    await session.insertMany(
      putFrames,
      piece.map((frame) => rawFrameValues({ ...frame, bytes: asBuffer(frame.bytes) }, today)),
    )
  await work.commit()
}

function* inPieces(frames: readonly RawFrameRow[]): Iterable<RawFrameRow[]> {
  let piece: RawFrameRow[] = []
  let bytes = 0
  for (const frame of frames) {
    if (piece.length > 0 && bytes + frame.bytes.length > sentBytesMax) {
      yield piece
      piece = []
      bytes = 0
    }
    piece.push(frame)
    bytes += frame.bytes.length
  }
  if (piece.length > 0) yield piece
}
