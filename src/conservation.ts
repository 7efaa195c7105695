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

export function conservation({ received, refused, unframeable, acceptedFrames, committed: db }: Sides): Ledger {
  const pending = acceptedFrames - db.acceptedFrames
  const intake = received - acceptedFrames - refused - unframeable
  const store = acceptedFrames - db.damaged - db.committed - db.duplicate - db.quarantined - pending
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
