import { instant, named, orNull, text, whole } from '../column.ts'
import { keep, type RowOf, replace, table } from '../table.ts'

/** Which device belonged to which bay or gate, and when: from the layouts (domain/assigned-device.ts). Rows are never removed. */
export const assignment = table('assignment', {
  key: {
    /** External id, in its normal form. */
    device: text(128),
    /** Version of the layout that began it. */
    version: whole,
  },
  merge: {
    /** Of its gate; null of a bay, whose id is unique over all sites. */
    site: keep(orNull(text(128))),
    gate: keep(orNull(text(128))),
    bay: keep(orNull(text(128))),
    from: keep(named('began', instant)),
    author: keep(text(128)),
    /** Null: it goes on. */
    to: replace(named('ended', orNull(instant))),
    endedBy: replace(orNull(text(128))),
  },
  indexes: { assignment_bay: ['bay', 'version'], assignment_ended: ['ended', 'device'] },
  since: 17,
})

export type AssignmentRow = RowOf<typeof assignment>
