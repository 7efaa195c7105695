/** Whether numbers of free bays may be shown to a driver as those of now. Pure. */
import type { Instant } from '../../lib/brand.ts'
import type { SystemStatus } from '../status.ts'

/** Older numbers are not shown: a driver would go there for nothing. */
const oldMs = 60_000

export interface Freshness {
  /** `unread`: the database has not answered since the start. */
  readonly is: 'live' | 'down' | 'unread'
  /** When the numbers were last those of now; undefined: not known. */
  readonly since: number | undefined
}

interface Seen {
  readonly now: Instant
  /** When the store last answered. */
  readonly fresh: Instant | undefined
  readonly status: Pick<SystemStatus, 'pipeline' | 'lagMs'>
}

export function freshnessOf({ now, fresh, status: { pipeline, lagMs = 0 } }: Seen): Freshness {
  if (fresh === undefined) return { is: 'unread', since: undefined }
  if (now - fresh > oldMs) return { is: 'down', since: fresh }
  if (lagMs > oldMs) return { is: 'down', since: now - lagMs }
  if (pipeline === 'not-advancing' || pipeline === 'intake-down') return { is: 'down', since: undefined }
  return { is: 'live', since: fresh }
}
