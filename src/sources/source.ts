/**
 * A source brings bytes in. It is one small object: `run` receives until the signal aborts, and throws when its line breaks;
 * the runner (registry.ts) starts it again by the one retry schedule. `deliver` resolves when the bytes are durable: only
 * then may the sender be acknowledged. A source knows nothing of journal, store or other sources.
 */

import type { RefusalCause, SourceKind, SourceLossCause, SourceState } from '@baykeeper/contract/vocabulary.ts'
import type { UplinkHead } from '../domain/uplink.ts'
import type { Instant } from '../lib/brand.ts'
import type { Clock } from '../lib/clock.ts'
import type { Framing } from '../lib/frames.ts'
import type { Log } from '../lib/log.ts'
import type { SenderLimits } from './sender-limits.ts'

/** What a source hands over: the head of an uplink without the source's name, which the context adds. */
export interface Delivery {
  readonly framing: Framing
  readonly codec: string
  readonly meta?: UplinkHead['meta']
  readonly time?: 'trust'
  readonly bytes: Uint8Array
  /** Frames in `bytes`, counted by scanning (lib/frames.ts). */
  readonly frames: number
  /** Overrides the source's own name: an HTTP token or an MQTT user names its source. */
  readonly source?: string
}

export interface SourceContext {
  /**
   * Resolves when every delivery is covered by a successful sync of the journal. Rejects with `IntakeRefused` when the bytes
   * cannot be accepted now (journal full, failing or shutting down): the sender must not be acknowledged. Order of calls is
   * order in the journal; the bytes must not be changed after the call.
   */
  deliver(deliveries: readonly Delivery[], keeping?: Keeping): Promise<void>
  /** Bytes that no framer could use, kept raw: counted as unframeable. Resolves when durable. */
  noise(bytes: Uint8Array, keeping?: Keeping): Promise<void>
  /** Frames refused before acceptance (bad token, too large, overload), counted so that P2 holds. */
  refused(frames: number, cause: RefusalCause, source?: string): void
  /** Frames or time known to be lost before us, or that may have been. A loss that began as another of its cause replaces it. */
  lost(loss: SourceLoss): void
  /** What the source knows about itself beside its frames. Replaces the facts reported before. */
  facts(facts: SourceFacts): void
  /** Bytes in flight between `deliver` and the sync; a source that can pause does so while `pressure()` is true. */
  pressure(): boolean
  /** Reports to the desk what this source is doing. `detail` is one short sentence. */
  status(state: SourceState, detail?: string): void
  readonly clock: Clock
  readonly log: Log
}

/**
 * A refusal is counted each time a sender was notified, or once where none can be notified. So a source that keeps what is
 * refused and delivers it again sets `keeps`: nothing is counted then, and when it gives up it calls `refused` itself.
 */
export interface Keeping {
  readonly keeps?: boolean
}

export interface SourceLoss {
  /** `refused`: not read because too much was kept already. */
  readonly cause: SourceLossCause
  /** Null where it cannot be known how many. */
  readonly frames: number | null
  readonly from?: Instant
  /** Absent while it lasts. */
  readonly to?: Instant
  /** One sentence for people: what, and what would prevent it. */
  readonly detail: string
}

export interface SourceFacts {
  /** What of its settings, of the other end or of this machine can lose readings; one sentence each. */
  readonly warnings?: readonly string[]
  /** Why frames can be lost before they reach us, where the protocol has no acknowledgement. */
  readonly lossy?: string
  /** What the platform does not tell is never shown as 0. */
  readonly figures?: SourceFigures
}

/** Names of figures as the API and `/metrics` show them, the unit at the end. */
export type FigureName =
  | 'broker_dropped_messages'
  | 'buffer_overruns'
  | 'clients_turned_away'
  | 'connections'
  | 'connections_evicted'
  | 'connections_refused'
  | 'kernel_drops'
  | 'overruns'
  | 'port_down_ms'
  | 'port_downs'
  | 'protocol_violations'
  | 'qos0_messages'
  | 'qos_granted'
  | 'receive_buffer_bytes'
  | 'session_kept'
  | 'session_present'
  | 'storage_requests'
  | 'unchanged_s'
  | 'unmatched_messages'
  | 'uplinks_missing'
  | 'uplinks_not_kept'
  | 'uplinks_repaired'
export type SourceFigures = Readonly<Partial<Record<FigureName, Figure>>>
export const notAvailable = 'not available' as const
export type Figure = number | typeof notAvailable

export interface Source {
  /** Name shown to people and stored with every reading: `http`, `mqtt`, `tcp`, `udp`, `serial`, or the configured name. */
  readonly name: string
  readonly kind: SourceKind
  /** Runs until aborted (resolves) or until its line breaks (rejects). Must release everything it opened. */
  run(signal: AbortSignal, context: SourceContext): Promise<void>
}

/** Intake cannot accept now. `retryAfterS` is sent to the sender by HTTP (Retry-After). */
export class IntakeRefused extends Error {
  readonly code = 'E_INTAKE_REFUSED'
  readonly refusal: RefusalCause
  readonly retryAfterS: number
  constructor(refusal: RefusalCause, message: string, options: { retryAfterS?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.refusal = refusal
    this.retryAfterS = options.retryAfterS ?? 1
  }
}

/** Who sends with a token: the source, and whether the times of its readings are taken without a check. */
export interface Sender {
  readonly source: string
  readonly time?: 'trust'
  /** Absent: it may be used from everywhere, for every device of its source. */
  readonly limits?: SenderLimits
}

/** Decides who may send. Tokens are 256-bit random; only hashes are kept. */
export interface TokenCheck {
  /** Of a valid ingest token, as it is now: a token that is replaced without trust is trusted no longer. */
  ingest(token: string): Sender | undefined
  /** Of the source that is named, where `mac` was made of these bytes with its token: HMAC-SHA-256, in hexadecimal; the key is SHA-256 of the token. */
  signed?(source: string, mac: string, bytes: Uint8Array): Sender | undefined
  /** Changes whenever a token is made, replaced or revoked. A source that keeps a connection open checks its token again then. */
  version?(): number
}
