/**
 * Addresses of people who wait for a bay. They are here and nowhere else: the journal and the database hold the wait without its address, so
 * that deleting it is enough. An address goes when its wait has ended, at the latest when the wait expires.
 */
import { isIP } from 'node:net'
import type { DatabaseSync } from 'node:sqlite'
import { createAddressList } from '../lib/address-list.ts'
import { addressRefusal } from '../lib/outbound-address.ts'

export interface ContactBook {
  /** Keeps the address of a wait; one that is kept, or was deleted, stays as it is. */
  add(wait: string, address: string, until: number): ContactAdded
  /** Whether this is the address of the wait; null: that it has none. */
  is(wait: string, address: string | null): boolean
  /** Undefined: the wait has none. Empty: it was deleted. */
  of(wait: string): string | undefined
  remove(wait: string): void
  readonly count: number
}

/**
 * `full`: there are as many as there may be. `other`: the wait has another address, or had one. `refused`: a web address of this machine or a
 * network of its own, to which no message to a person is ever sent.
 */
export type ContactAdded = 'kept' | 'full' | 'other' | 'refused'

export const contactsMax = 1_000

export function createContactBook(db: DatabaseSync): ContactBook {
  const counted = db.prepare("select count(*) as n from contact where address <> ''")
  const count = () => (counted.get() as { n: number }).n
  const of = (wait: string) =>
    (db.prepare('select address from contact where wait = ?').get(wait) as { address: string } | undefined)?.address
  return {
    add(wait, address, until) {
      const known = of(wait)
      if (known !== undefined) return known === address ? 'kept' : 'other'
      if (isRefused(address)) return 'refused'
      if (count() >= contactsMax) return 'full'
      db.prepare('insert into contact values (?, ?, ?)').run(wait, address, until)
      return 'kept'
    },
    is: (wait, address) => (of(wait) ?? null) === address,
    of,
    remove(wait) {
      // The row stays for a while: a message of the wait must not go to the receivers of the channel instead.
      const { changes } = db.prepare("update contact set address = '' where wait = ? and address <> ''").run(wait)
      if (changes !== 0) forgetWritten(db)
    },
    get count() {
      return count()
    },
  }
}

/** What the administrator allows is for targets that the administrator names. */
const noAddresses = createAddressList([])

/** A name is judged when it is resolved, before each request. */
function isRefused(address: string): boolean {
  const host = URL.parse(address)?.hostname.replace(/^\[|\]$/g, '') ?? ''
  return isIP(host) !== 0 && addressRefusal(host, noAddresses) !== undefined
}

/** The write-ahead log holds what was deleted until it is written over. */
export const forgetWritten = (db: DatabaseSync): void => db.exec('pragma wal_checkpoint(truncate)')
