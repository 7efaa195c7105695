/** Why a store did not do what it was asked, and who must act. */

/**
 * `transient`: try again, for ever, with backoff (deadlock, lock wait, gone away, busy).
 * `capacity`: disk full, read-only, too many connections: back-pressure and an alert, never poison.
 * `data`: a row cannot be stored as it is: halve the batch and quarantine the culprit.
 * `unknown`: not in the lists of the dialect: tried again a bounded number of times, then reported and treated as `data`, unless a
 * transaction of the offset and one dead letter fails too.
 * `fenced`: another writer took over, or the offset moved: reload and look again.
 * `newer`: the schema comes from a later release: upgrade the program.
 * `gone`: the file of the database is not the one that was opened: nothing is written into a file without a name.
 * `config`: the server does not take what it is asked (address, rights, a statement or setting it does not know): a person must act.
 */
export type StoreFault = 'transient' | 'capacity' | 'data' | 'fenced' | 'newer' | 'gone' | 'config' | 'unknown'

/** It stays until somebody changes settings, rights or this program: no retry helps. */
export const isForPerson = (fault: StoreFault | undefined): boolean => fault === 'config' || fault === 'newer'

export class StoreError extends Error {
  readonly code: string
  readonly fault: StoreFault
  /** The beginning of the statement that failed, where the client reports it. */
  readonly statement: string | undefined
  constructor(
    fault: StoreFault,
    message: string,
    options?: ErrorOptions & { readonly statement?: string | undefined },
  ) {
    super(message, options)
    this.fault = fault
    this.statement = options?.statement
    this.code = `E_STORE_${fault.toUpperCase()}`
  }
}
