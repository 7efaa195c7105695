/** What the other processes say about themselves; the owner of the API fills it about once a second. Absent means not known. */
import type { Ledger } from '@baykeeper/contract/live.ts'

export interface SystemStatus {
  readonly version: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** One flag per process: it is up and does its work. */
  readonly ready: Readonly<Record<string, boolean>>
  readonly pipeline?: 'ok' | 'behind' | 'database-down' | 'intake-down'
  readonly eventsPerSecond?: number
  readonly commitMsP50?: number
  readonly commitMsP99?: number
  /** Age of the oldest frame not yet committed. */
  readonly lagMs?: number
  readonly pendingFrames?: number
  readonly ledger?: Ledger & { readonly checked: string }
  readonly sources: readonly SourceReport[]
  readonly journal?: {
    readonly bytes: number
    readonly segments: number
    readonly freeBytes: number
    readonly syncMsP99: number
  }
}

interface SourceReport {
  readonly name: string
  readonly kind: string
  readonly state: 'starting' | 'up' | 'waiting' | 'down'
  readonly detail: string
  readonly received: number
  readonly accepted: number
  readonly refused: number
  /** Why frames of it can be lost before they reach us, when its protocol has no acknowledgement. */
  readonly lossy?: string
}
