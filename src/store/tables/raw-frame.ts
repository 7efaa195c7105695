import { bytes, dayOf1970, instant, text, whole, whole32 } from '../column.ts'
import { keep, type RowOf, type SqlRowOf, table } from '../table.ts'

export const rawFrame = table('raw_frame', {
  key: {
    /** Day of copying: what retention goes by. */
    day: dayOf1970,
    /** Journal record, as in the rows made of it, and index of the frame in it: reading index / 1,024, rounded down. */
    pos: whole,
    idx: whole32,
  },
  merge: { source: keep(text(128)), arrived: keep(instant), bytes: keep(bytes) },
  isByDay: true,
})

export type RawFrameRow = Omit<RowOf<typeof rawFrame>, 'day'>

export function rawFrameOf(stored: SqlRowOf<typeof rawFrame>): RawFrameRow {
  const { day: _copied, ...row } = rawFrame.row(stored)
  return row
}
