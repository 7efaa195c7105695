import { dayText, text, whole } from '../column.ts'
import { add, addExact, mergedFields, type RowOf, table } from '../table.ts'

export const ledger = table('ledger', {
  key: {
    journal: text(64),
    source: text(128),
    /** YYYY-MM-DD, UTC. */
    day: dayText,
  },
  merge: {
    committed: addExact(whole),
    duplicate: addExact(whole),
    quarantined: addExact(whole),
    /** Change of the number of missing sequence numbers; negative when a late frame fills a gap. */
    lost: add(whole),
    /** Journal damage: accepted frames that could not be read back. Counted as lost with cause, and outside `accepted`. */
    damaged: addExact(whole),
  },
})

export const ledgerSums = mergedFields(ledger)

/** What happened to frames, by source and UTC day of arrival; the store adds these deltas to the ledger rows. */
export type LedgerDelta = Omit<RowOf<typeof ledger>, 'journal'>
