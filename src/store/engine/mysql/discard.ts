/** The discard of a dead letter. */
import { discardFrom } from '../../discard.ts'
import { deletePieces, joined, piecesOfLetter } from '../../letter-pieces.ts'
import type { DiscardOrder } from '../../losses.ts'
import { deadLetter } from '../../tables/dead-letter.ts'
import { discard } from '../../tables/discard.ts'
import type { DeadLetterTable } from '../../tables.ts'
import type { MysqlSession } from './mysql-session.ts'
import { backticked, insertInto, quotedList } from './statements.ts'
import { unitOfWork } from './unit-of-work.ts'

const putDiscard = insertInto(discard.name, discard.columnNames)

export async function discardMysql(session: MysqlSession, order: DiscardOrder) {
  await using work = await unitOfWork(session)
  const where = "FROM `dead_letter` WHERE `pos` = ? AND `idx` = ? AND `state` <> 'tentative'"
  const key = [order.pos, order.idx]
  const [row] = await session.query<DeadLetterTable>(
    `SELECT ${quotedList(deadLetter.columnNames)} ${where} FOR UPDATE`,
    key,
  )
  if (!row) return 'gone'
  const letter = deadLetter.row(joined(row, await session.query(backticked(piecesOfLetter), key)))
  if (letter.state !== 'new') return 'requeued'
  await session.insertMany(putDiscard, [discard.values(discardFrom(letter, order))])
  await session.execute(`DELETE ${where}`, key)
  await session.execute(backticked(deletePieces), key)
  await work.commit()
  return 'discarded'
}
