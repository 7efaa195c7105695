/** The discard of a dead letter. */
import type { DatabaseSync } from 'node:sqlite'
import { discardFrom } from '../../discard.ts'
import { deletePieces, joined, piecesOfLetter } from '../../letter-pieces.ts'
import type { DiscardOrder } from '../../losses.ts'
import { deadLetter } from '../../tables/dead-letter.ts'
import { discard } from '../../tables/discard.ts'
import type { DeadLetterTable } from '../../tables.ts'
import { sqliteInsert } from '../table-sql.ts'
import { unitOfWork } from './unit-of-work.ts'

export function discardSqlite(db: DatabaseSync, order: DiscardOrder): 'discarded' | 'gone' | 'requeued' {
  using work = unitOfWork(db)
  const where = "FROM dead_letter WHERE pos = ? AND idx = ? AND state <> 'tentative'"
  const row = db.prepare(`SELECT ${deadLetter.columnNames.join(', ')} ${where}`).get(order.pos, order.idx)
  if (!row) return 'gone'
  const pieces = db.prepare(piecesOfLetter).all(order.pos, order.idx) as unknown as { bytes: Uint8Array }[]
  const letter = deadLetter.row(joined(row as unknown as DeadLetterTable, pieces))
  if (letter.state !== 'new') return 'requeued'
  db.prepare(sqliteInsert(discard)).run(...discard.values(discardFrom(letter, order)))
  db.prepare(`DELETE ${where}`).run(order.pos, order.idx)
  db.prepare(deletePieces).run(order.pos, order.idx)
  work.commit()
  return 'discarded'
}
