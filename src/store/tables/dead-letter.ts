import type { LetterState, RejectionCode } from '@baykeeper/contract/vocabulary.ts'
import { bytes, instant, prose, text, whole, whole32 } from '../column.ts'
import { type RowOf, replace, table } from '../table.ts'

export const deadLetter = table('dead_letter', {
  /** Journal record and index of the frame in it: the identity of a dead letter, shown as `pos.idx`. */
  key: { pos: whole, idx: whole32 },
  merge: {
    source: replace(text(128)),
    codec: replace(text(128)),
    arrived: replace(instant),
    code: replace(text<RejectionCode>(64)),
    detail: replace(prose),
    /** JSON of the uplink's head and framing, so that the frame can be decoded again. */
    head: replace(prose),
    /** The beginning; the rest is in `dead_letter_piece`. */
    bytes: replace(bytes),
    /** `new`; `requeued`: processing will decode it again; `tentative`: an undecided frame, in no list of dead letters. */
    state: replace(text<LetterState>(16)),
  },
  indexes: { dead_letter_state: ['state', 'pos', 'idx'] },
  hasRowid: true,
})

export type StoredDeadLetter = RowOf<typeof deadLetter>

export const deadLetterPiece = table('dead_letter_piece', {
  key: { pos: whole, idx: whole32, piece: whole32 },
  merge: { bytes: replace(bytes) },
  hasRowid: true,
})
