/**
 * Persons who have given a right password and owe a second step. Kept in memory: after a restart they begin again. The browser holds a random secret; a
 * few wrong codes end it, so that guessing needs the password each time.
 */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../lib/clock.ts'

const validMs = 600_000
const triesMax = 5
/** Beyond this the oldest goes. */
const pendingMax = 1_000

/** What the right password has begun. */
export interface PendingStep {
  readonly person: string
  /** Changes with the password: a new one ends the step of who knew the old one. */
  readonly passwordMark: string
  /** Of the app that is set up in this step: no other step is shown or confirms it. */
  readonly enrolled?: string
}

export interface PendingSignIns {
  /** The secret of the next step. */
  begin(step: PendingStep): string
  /** Undefined where it is over. */
  find(secret: string): PendingStep | undefined
  /** Counts a wrong code. */
  failed(secret: string): void
  end(secret: string): void
}

export function createPendingSignIns(clock: Pick<Clock, 'monotonic'>): PendingSignIns {
  const pending = new Map<string, { readonly step: PendingStep; readonly until: number; tries: number }>()
  return {
    begin(step) {
      for (const [secret, { until }] of pending) if (clock.monotonic() >= until) pending.delete(secret)
      if (pending.size >= pendingMax) pending.delete(pending.keys().next().value as string)
      const secret = randomBytes(32).toString('base64url')
      pending.set(secret, { step, until: clock.monotonic() + validMs, tries: 0 })
      return secret
    },
    find(secret) {
      const found = pending.get(secret)
      return found && clock.monotonic() < found.until ? found.step : undefined
    },
    failed(secret) {
      const found = pending.get(secret)
      if (found && ++found.tries >= triesMax) pending.delete(secret)
    },
    end: (secret) => void pending.delete(secret),
  }
}
