import { fixedText, instant, prose, text, whole, whole32 } from '../column.ts'
import { keep, type RowOf, table } from '../table.ts'

export const discard = table('discard', {
  key: { pos: whole, idx: whole32 },
  merge: {
    source: keep(text(128)),
    codec: keep(text(128)),
    arrived: keep(instant),
    code: keep(text(64)),
    /** Frames it was counted as. */
    frames: keep(whole),
    size: keep(whole),
    sha256: keep(fixedText(64)),
    discarded: keep(instant),
    author: keep(text(128)),
    reason: keep(prose),
  },
})

/** What is kept of a dead letter whose bytes an operator took away. */
export type Discard = RowOf<typeof discard>
