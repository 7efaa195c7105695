/** Raw frames: one transaction a piece, its own offset first (S1); and the days of them that are forgotten. */
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { DayNumber } from '../../../lib/utc-day.ts'
import { journalParts, type RawBatch } from '../../raw-frames.ts'
import { StoreError } from '../../store.ts'
import { rawFrame } from '../../tables/raw-frame.ts'
import { sqliteInsert } from '../table-sql.ts'
import { unitOfWork } from './unit-of-work.ts'

/** Frames deleted in one transaction: the writer waits for it. They may be long. */
const framesForgottenAtOnce = 5_000

/** `day`: the day of copying. */
export function copyRawSqlite(db: DatabaseSync): (batch: RawBatch, day: DayNumber) => void {
  const moveOffset = db.prepare(
    'UPDATE journal_offset SET off = ?, fence = ? WHERE journal = ? AND part = ? AND off = ? AND fence <= ?',
  )
  const put = db.prepare(sqliteInsert(rawFrame))
  return ({ journal, from, to, fence, frames }, day) => {
    using work = unitOfWork(db)
    const moved = moveOffset.run(to, fence, journal, journalParts.rawFrames, from, fence)
    if (moved.changes !== 1)
      throw new StoreError('fenced', `the raw frames of journal ${journal} are no longer at ${from} under this fence`)
    for (const frame of frames) put.run(...rawFrame.values({ ...frame, day }))
    work.commit()
  }
}

/** The oldest days first, in pieces small enough that a batch waits a moment only. */
export async function forgetRawSqlite(db: DatabaseSync, before: DayNumber): Promise<DayNumber[]> {
  const gone: DayNumber[] = []
  const oldest = db.prepare('SELECT day FROM raw_frame WHERE day < ? ORDER BY day LIMIT 1')
  const some = db.prepare(
    `DELETE FROM raw_frame WHERE (day, pos, idx) IN
     (SELECT day, pos, idx FROM raw_frame WHERE day = ? LIMIT ${framesForgottenAtOnce})`,
  )
  for (;;) {
    const found = oldest.get(before) as { day: DayNumber } | undefined
    if (!found) return gone
    for (let count = 1; count > 0; await setImmediate()) {
      using work = unitOfWork(db)
      count = Number(some.run(found.day).changes)
      work.commit()
    }
    gone.push(found.day)
  }
}
