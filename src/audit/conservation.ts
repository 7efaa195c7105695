/**
 * The message balance, in one place for the running auditor, for `ledger verify` and for the pages:
 *   received = the sum of `receivedTerms`   (intake against its journal)
 *   accepted = the sum of `acceptedTerms`   (journal against the database)
 * The terms are declared in contract/balance.ts, where the pages read them too: a new outcome is one line there, and a column of the ledger.
 *
 * `pending` is what the journal holds beyond the database's cursor, so the second bracket compares what the journal had counted up
 * to that cursor with the outcomes that the database has for those frames. `damaged` are accepted frames that could not be read back. Missing
 * numbers (`lost`) never reached the journal: they are not part of the balance. Terms of any size are added up exactly.
 */
import { acceptedTerms, receivedTerms } from '@baykeeper/contract/balance.ts'
import type { Ledger } from '@baykeeper/contract/live.ts'
import type { Count } from '../lib/sum.ts'
import type { LedgerTotals } from '../processes/messages.ts'

export interface Sides {
  /** Settled frames: in flight ones left out. */
  readonly received: number
  readonly refused: number
  readonly unframeable: number
  /** Accepted frames of the whole journal. */
  readonly acceptedFrames: number
  /** Totals of the database, with the journal's count at the database's cursor. */
  readonly committed: LedgerTotals
}

type Outcome = Exclude<(typeof acceptedTerms)[number], 'pending'>
const outcomes = acceptedTerms.filter((term): term is Outcome => term !== 'pending')
const total = (counts: readonly Count[]) => counts.reduce((sum: bigint, count) => sum + BigInt(count), 0n)

/** Difference of each side of the balance; 0 and 0 when it closes. */
export function differences({ received, refused, unframeable, acceptedFrames, committed: db }: Sides) {
  return {
    intake: Number(BigInt(received) - total([acceptedFrames, refused, unframeable])),
    store: Number(BigInt(db.acceptedFrames) - total(outcomes.map((term) => db[term]))),
  }
}

export function conservation(sides: Sides): Ledger {
  const { received, refused, unframeable, acceptedFrames, committed: db } = sides
  const { intake, store } = differences(sides)
  return {
    received,
    accepted: acceptedFrames,
    refused,
    unframeable,
    committed: Number(db.committed),
    duplicate: Number(db.duplicate),
    quarantined: Number(db.quarantined),
    tentative: Number(db.tentative),
    damaged: Number(db.damaged),
    pending: acceptedFrames - db.acceptedFrames,
    lost: db.lost,
    difference: intake + store,
  }
}

/** Both halves with their figures, as they are printed. */
export function equations(ledger: Ledger): { readonly received: string; readonly accepted: string } {
  const sum = (terms: readonly (keyof Ledger)[]) => terms.map((term) => `${term} ${ledger[term]}`).join(' + ')
  return {
    received: `${ledger.received}  = ${sum(receivedTerms)}`,
    accepted: `${ledger.accepted}  = ${sum(acceptedTerms)}`,
  }
}
