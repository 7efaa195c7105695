/** What the owner of the API hands in, and what the routes work with. */
import type { AuditProgress, AuditReport } from '@baykeeper/contract/audit.ts'
import type { ForecastIssued } from '@baykeeper/contract/forecast-pages.ts'
import type { ForecasterStateName } from '@baykeeper/contract/vocabulary.ts'
import type { Keyring } from '../auth/keyring.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { LayoutPosition, Store } from '../store/store.ts'
import type { LiveState } from './live/live-state.ts'
import type { Figures, StreamHub } from './live/stream-hub.ts'
import type { Assets } from './pages/assets.ts'
import type { SystemStatus } from './status.ts'

export interface AuditorPort {
  /** Starts an audit, or joins the one that runs; rejects when it cannot be finished. */
  run(): Promise<AuditReport>
  progress(): AuditProgress
}

export interface ForecasterState {
  readonly state: ForecasterStateName
  /** One sentence, for people. */
  readonly detail: string
}

export interface ForecastsPort {
  state(): ForecasterState
  /** Called with each forecast that is new in the store. */
  listen(hear: (issued: ForecastIssued) => void): void
}

/** The way of a person's change into the journal. */
export interface Publisher {
  /** Resolves with its place when the record is durable; rejects with `PublicationRefused`. */
  publish(record: Uint8Array): Promise<LayoutPosition>
}

export class PublicationRefused extends Error {
  /** `interrupted`: it is not known whether the record became durable. In the other cases it did not. */
  readonly reason: 'unavailable' | 'refused' | 'interrupted'
  constructor(reason: PublicationRefused['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

export interface ApiDeps {
  readonly store: Store
  readonly publisher: Publisher
  readonly keyring: Keyring
  status(): SystemStatus
  readonly clock: Clock
  readonly log: Log
  simulated(): boolean
  /** Host names served beside loopback. */
  readonly hosts: readonly string[]
  /** Reverse proxies whose X-Forwarded-For names the client, beside those on this machine. */
  readonly trustedProxies?: readonly string[]
  /** Built pages: `web/dist` with Vite's manifest. */
  readonly distDir: string
  /** A device silent for longer is stale and its bay unknown. Default 24 h. */
  readonly promiseMs?: number
  /** Recounts on demand; absent where there is no journal at hand. */
  readonly auditor?: AuditorPort
  /** Who makes forecasts; absent where nobody does. */
  readonly forecasts?: ForecastsPort
  /** Where the listeners are, for people: `web`, `ingest`, `mqtt`, ... */
  readonly urls?: Readonly<Record<string, string>>
}

export interface RouteContext extends Omit<ApiDeps, 'promiseMs' | 'urls'> {
  readonly urls: Readonly<Record<string, string>>
  readonly live: LiveState
  readonly hub: StreamHub
  readonly figures: Figures
  readonly assets: Assets
}
