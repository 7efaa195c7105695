/** Records that could not be read back, as rows. */
import type { Damage } from '../journal/journal.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { type CheckpointFacts, damageLosses } from './checkpoint-facts.ts'
import { createLedgerBook } from './ledger-book.ts'
import type { Loaded } from './loaded.ts'

/**
 * Alerts of the ranges that end before the record. They have the time of the journal, not of this server: a database that is made again has the same.
 * Returns the ranges behind it.
 */
export function addDamage(
  { history, base }: Pick<Loaded, 'history' | 'base'>,
  damage: readonly Damage[],
  before: number,
  { now }: Pick<Clock, 'now'>,
): readonly Damage[] {
  for (const range of damage) {
    if (range.toRecord >= before) continue
    history.position(base + range.toRecord)
    history.lost(damageLosses(range, now()), now())
  }
  return damage.filter(({ toRecord }) => toRecord >= before)
}

export function rowsOfDamage(damage: readonly Damage[], { clock, log }: { readonly clock: Clock; readonly log: Log }) {
  const ledger = createLedgerBook()
  for (const range of damage) {
    if (range.torn) log.warn('the torn end of the journal is passed over', { ...range })
    else log.error('journal records could not be read back', { ...range })
    ledger.add('journal', clock.now(), 'damaged', range.frames)
  }
  const reported = damage.map(
    (range): CheckpointFacts => ({ losses: damageLosses(range, clock.now()), intakeDays: [] }),
  )
  return { ledger: ledger.rows(), reported }
}
