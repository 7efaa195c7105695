import { bytes, instant, orNull, text, whole } from '../column.ts'
import { keep, table } from '../table.ts'

/** A layout as it was published; of one from before layouts were journal records `journal` and `record` are null. */
export const layout = table('layout', {
  key: { version: whole },
  merge: {
    journal: keep(orNull(text(64))),
    record: keep(orNull(whole)),
    created: keep(instant),
    author: keep(text(128)),
    comment: keep(text(512)),
    /** Packed JSON. */
    packed: keep({ ...bytes, name: 'layout' as const }),
  },
  hasRowid: true,
})
