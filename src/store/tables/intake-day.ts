import { dayText, text, whole } from '../column.ts'
import { mergedFields, type RowOf, replace, table } from '../table.ts'

export const intakeDay = table('intake_day', {
  key: { journal: text(64), source: text(128), day: dayText },
  merge: {
    received: replace(whole),
    accepted: replace(whole),
    refused: replace(whole),
    unframeable: replace(whole),
  },
})

export const intakeDaySums = mergedFields(intakeDay)

/** What intake counted, as it stands now: replaces what was written before for the same source and day. */
export type IntakeDay = Omit<RowOf<typeof intakeDay>, 'journal'>
