/**
 * The conservation law, in one place for the running auditor and for `ledger verify`:
 *   received = accepted + refused + unframeable          (intake against its journal)
 *   accepted = committed + duplicate + quarantined + pending   (journal against the database)
 * `pending` is what the journal holds beyond the database's cursor, so the second bracket compares what the journal had counted up
 * to that cursor with where the database says those frames went. Damage takes accepted frames out of the second bracket; it is
 * counted in `lost`, beside the law.
 */
import type { Ledger } from '@baykeeper/contract/live.ts'
import type { LedgerTotals } from './messages.ts'

export interface Sides {
  /** Settled frames: in flight ones left out. */
  readonly received: number
  readonly refused: number
  readonly unframeable: number
  /** Accepted frames of the whole journal. */
  readonly acceptedFrames: number
  /** What the database says, with the journal's count at the database's cursor. */
  readonly committed: LedgerTotals
}

/** What each side of the law misses; 0 and 0 when it closes. */
export function differences({ received, refused, unframeable, acceptedFrames, committed: db }: Sides) {
  return {
    intake: received - acceptedFrames - refused - unframeable,
    store: db.acceptedFrames - db.damaged - db.committed - db.duplicate - db.quarantined,
  }
}

export function conservation(sides: Sides): Ledger {
  const { received, refused, unframeable, acceptedFrames, committed: db } = sides
  const pending = acceptedFrames - db.acceptedFrames
  const { intake, store } = differences(sides)
  return {
    received,
    accepted: acceptedFrames,
    refused,
    unframeable,
    committed: db.committed,
    duplicate: db.duplicate,
    quarantined: db.quarantined,
    pending,
    lost: db.lost + db.damaged,
    difference: intake + store,
  }
}
