/** Raw frames: one transaction a piece, its own offset first (S1). */
import type { DayNumber } from '../../../lib/utc-day.ts'
import { journalParts, type RawBatch } from '../../raw-frames.ts'
import { StoreError } from '../../store.ts'
import { rawFrame } from '../../tables/raw-frame.ts'
import { asBuffer, type MysqlSession } from './mysql-session.ts'
import { inPieces } from './pieces.ts'
import { backticked, insertInto } from './statements.ts'
import { unitOfWork } from './unit-of-work.ts'

const putFrames = insertInto(rawFrame.name, rawFrame.columnNames)
const moveOffset = backticked(
  'UPDATE "journal_offset" SET "off" = ?, "fence" = ? WHERE "journal" = ? AND "part" = ? AND "off" = ? AND "fence" <= ?',
)

/** `day`: the day of copying. */
export async function copyRawMysql(session: MysqlSession, batch: RawBatch, day: DayNumber): Promise<void> {
  const { journal, from, to, fence, frames } = batch
  await using work = await unitOfWork(session)
  const { affected } = await session.execute(moveOffset, [to, fence, journal, journalParts.rawFrames, from, fence])
  if (affected !== 1)
    throw new StoreError('fenced', `the raw frames of journal ${journal} are no longer at ${from} under this fence`)
  for (const piece of inPieces(frames))
    await session.insertMany(
      putFrames,
      piece.map((frame) => rawFrame.values({ ...frame, bytes: asBuffer(frame.bytes), day })),
    )
  await work.commit()
}
