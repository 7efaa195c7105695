import { instant, text, whole } from '../column.ts'
import { type RowOf, replace, table } from '../table.ts'

/** Requests whose changes are in the journal, for a day: sent again they have no second effect (processing/desk-requests.ts). */
export const deskRequest = table('desk_request', {
  key: { request: text(64) },
  merge: {
    fingerprint: replace(text(64)),
    journal: replace(text(64)),
    record: replace(whole),
    at: replace({ ...instant, name: 'time' as const }),
  },
  since: 25,
})

export type DeskRequestRow = RowOf<typeof deskRequest>
