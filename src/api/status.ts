/** What the other processes say about themselves; the owner of the API fills it about once a second. Absent means not known. */
import type { HealthProblem } from '@baykeeper/contract/health.ts'
import type { Ledger } from '@baykeeper/contract/live.ts'
import type { PipelineState, ShownSourceKind, SourceLossCause, SourceState } from '@baykeeper/contract/vocabulary.ts'

export interface SystemStatus {
  readonly version: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** One flag per process: it is up and does its work. */
  readonly ready: Readonly<Record<string, boolean>>
  readonly pipeline?: PipelineState
  /** False: records wait in the journal and none is committed. */
  readonly advancing?: boolean
  /** Why the server is not ready although its processes are up. */
  readonly problems?: readonly HealthProblem[]
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
  readonly kind: ShownSourceKind
  readonly state: SourceState
  readonly detail: string
  readonly received: number
  readonly accepted: number
  readonly refused: number
  /** Why frames of it can be lost before they reach us, when its protocol has no acknowledgement. */
  readonly lossy?: string
  /** What of its settings or its surroundings can lose readings. */
  readonly warnings?: readonly string[]
  /** Figures of its own, by name; what the platform does not report is `not available`, never 0. */
  readonly figures?: Readonly<Record<string, number | 'not available'>>
  /** Frames lost before us, and losses whose size cannot be known; by cause. */
  readonly lost?: Readonly<Record<string, number>>
  readonly uncounted?: Readonly<Record<string, number>>
  /** The last ones, oldest first. `frames` null: cannot be known; no `to`: it lasts. */
  readonly losses?: readonly {
    readonly cause: SourceLossCause
    readonly frames: number | null
    readonly from?: number
    readonly to?: number
    readonly detail: string
  }[]
}
