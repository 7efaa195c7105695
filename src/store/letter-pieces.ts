/**
 * The bytes of a dead letter: the beginning in its own row, the rest in pieces, so that no statement and no row of an answer is larger than
 * a server takes (`max_allowed_packet`), however large the frame was.
 */
import type { SqlRunner } from './engine/sql-runner.ts'
import type { DeadLetterRow } from './store.ts'
import { deadLetter, type StoredDeadLetter } from './tables/dead-letter.ts'
import type { DeadLetterPieceTable, DeadLetterTable } from './tables.ts'

/** A quarter of the smallest packet limit in use, 1 MiB. */
export const letterPieceBytes = 256 * 1024

export const deletePieces = 'DELETE FROM "dead_letter_piece" WHERE "pos" = ? AND "idx" = ?'
export const piecesOfLetter = 'SELECT "bytes" FROM "dead_letter_piece" WHERE "pos" = ? AND "idx" = ? ORDER BY "piece"'

/** What the letter's own row holds. */
export const firstPiece = ({ state = 'new', bytes, ...letter }: DeadLetterRow): StoredDeadLetter => ({
  ...letter,
  ...{ state, bytes: bytes.length <= letterPieceBytes ? bytes : bytes.subarray(0, letterPieceBytes) },
})

/** What does not fit into it. */
export function furtherPieces({ pos, idx, bytes }: DeadLetterRow): DeadLetterPieceTable[] {
  const pieces: DeadLetterPieceTable[] = []
  for (let at = letterPieceBytes; at < bytes.length; at += letterPieceBytes)
    pieces.push({ pos, idx, piece: pieces.length + 1, bytes: bytes.subarray(at, at + letterPieceBytes) })
  return pieces
}

/** A row that is not full has no pieces. */
export const mayHavePieces = ({ bytes }: Pick<DeadLetterTable, 'bytes'>): boolean => bytes.length === letterPieceBytes

export function joined(row: DeadLetterTable, pieces: readonly Pick<DeadLetterPieceTable, 'bytes'>[]): DeadLetterTable {
  return pieces.length === 0 ? row : { ...row, bytes: Buffer.concat([row.bytes, ...pieces.map(({ bytes }) => bytes)]) }
}

export async function wholeLetters(
  { db, all }: SqlRunner,
  rows: readonly DeadLetterTable[],
): Promise<StoredDeadLetter[]> {
  const letters: StoredDeadLetter[] = []
  for (const row of rows) {
    const { pos, idx } = row
    const pieces = db.selectFrom('dead_letter_piece').select('bytes').where('pos', '=', pos).where('idx', '=', idx)
    letters.push(deadLetter.row(mayHavePieces(row) ? joined(row, await all(pieces.orderBy('piece').compile())) : row))
  }
  return letters
}
