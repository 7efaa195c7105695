import type { LossCause } from '@baykeeper/contract/vocabulary.ts'
import { dayOf1970, instant, named, orNull, prose, text, whole } from '../column.ts'
import { keep, type RowOf, replace, type SqlRowOf, table } from '../table.ts'

export const loss = table('loss', {
  key: {
    journal: text(64),
    source: text(128),
    cause: text<Exclude<LossCause, 'sequence-gap'>>(32),
    /** Unique for source and cause within a journal. */
    id: text(128),
  },
  merge: {
    day: keep(dayOf1970),
    /** Null: its size cannot be known; never counted as 0. */
    frames: replace(orNull(whole)),
    from: replace(named('begun', orNull(instant))),
    to: replace(named('ended', orNull(instant))),
    /** One sentence for people. */
    detail: replace(prose),
  },
  indexes: { loss_day: ['day', 'journal', 'source', 'cause', 'id'] },
})

/** A loss that is no gap. Written again under its `id` it replaces what was known of it before; its day stays. */
export type LossRow = Omit<RowOf<typeof loss>, 'journal'>

export function lossOf(stored: SqlRowOf<typeof loss>): LossRow {
  const { journal: _, ...row } = loss.row(stored)
  return row
}
