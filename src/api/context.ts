/** What the owner of the API hands in, and what the routes work with. */
import type { MailOutcome } from '@baykeeper/contract/accounts.ts'
import type { AuditProgress, AuditReport } from '@baykeeper/contract/audit.ts'
import type { ForecastIssued } from '@baykeeper/contract/forecast-pages.ts'
import type { ChannelHealthList, Delivery, DeliveryQuery, TestOutcome } from '@baykeeper/contract/notifications.ts'
import type { MailedState } from '@baykeeper/contract/report-schedule.ts'
import type { ForecasterStateName } from '@baykeeper/contract/vocabulary.ts'
import type { Accounts } from '../auth/accounts.ts'
import type { Keyring } from '../auth/keyring.ts'
import type { OidcProvider } from '../auth/oidc/provider.ts'
import type { OidcSettings } from '../auth/oidc/settings.ts'
import type { AuditEntry } from '../domain/audit-entry.ts'
import type { LayoutWorker } from '../layout/layout-thread.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { ReportPort } from '../reports/report-port.ts'
import type { LayoutPosition, Store } from '../store/store.ts'
import type { Requests } from './idempotency.ts'
import type { WatchedAlertCounts } from './live/alert-counts.ts'
import type { Figures } from './live/figure-texts.ts'
import type { LiveState } from './live/live-state.ts'
import type { ShownSigns } from './live/shown-signs.ts'
import type { StreamHub } from './live/stream-hub.ts'
import type { Assets } from './pages/assets.ts'
import type { SiteViews } from './site-views.ts'
import type { SystemStatus } from './status.ts'

export interface AuditorPort {
  /** Starts an audit, or joins the one that runs; rejects when it cannot be finished. */
  run(): Promise<AuditReport>
  progress(): AuditProgress
}

/** A record of the second journal; without an entry it cannot be read. */
export interface AuditRecord {
  /** Of the record there: a cursor. */
  readonly number: number
  /** Where it took effect. */
  readonly place: { readonly journal: string; readonly record: number } | undefined
  readonly entry: AuditEntry | undefined
}

export interface AuditChain {
  readonly copies: number
  readonly unlinked: number
  readonly head: string
  readonly broken: readonly number[]
  readonly isExpectedFound: boolean
}

/** What people change, and what is done about access, as it is kept for ever. */
export interface AuditLogPort {
  /** The newest first. */
  backwards(before?: number): AsyncIterable<AuditRecord>
  /** Recomputes the chain over all of it; `head`: one that was noted at an earlier time. */
  verify(head?: string): Promise<AuditChain>
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

/** The notifier, a separate process: what it reports, and what it is asked. Asking rejects with `NotifierUnavailable`. */
export interface NotifierPort {
  report(): ChannelHealthList
  deliveries(query: DeliveryQuery): Promise<readonly Delivery[]>
  /** Undefined: there is no such channel. */
  test(channel: string): Promise<TestOutcome | undefined>
  /** False: there is no dead delivery of this id. */
  retry(id: number): Promise<boolean>
  /** The newest report of each schedule that is remembered. */
  mailedReports(): Promise<readonly NewestReport[]>
  /** Undefined: there is no such schedule. */
  sendReport(schedule: string, author: string): Promise<SendOutcome | undefined>
  /** An address that the wait has, or had, stays as it is: `other` than this one. `full`: there are as many as there may be. `refused`: no message is sent there. */
  addContact(contact: { wait: string; address: string; until: number }): Promise<'kept' | 'full' | 'other' | 'refused'>
  /** Whether this is the address of the wait; null: that it has none. */
  isContact(wait: string, address: string | null): Promise<boolean>
  removeContact(wait: string): Promise<void>
  /** Sends it at once; it is not kept. */
  invite(invitation: MailedInvitation): Promise<MailOutcome>
}

export interface MailedInvitation {
  readonly address: string
  readonly name: string
  readonly by: string
  readonly link: string
  readonly expires: number
}

export interface NewestReport {
  readonly schedule: string
  readonly state: MailedState
  readonly due: number
  readonly isAsked: boolean
  readonly finished: number | null
  readonly attempts: number
  readonly detail: string
  readonly delivery: number
}

export type SendOutcome =
  | { readonly is: 'asked'; readonly delivery: number; readonly key: string }
  | { readonly is: 'refused'; readonly reason: string }

export class NotifierUnavailable extends Error {}

/** Looks at a vendor's script before it is published. */
export interface ScriptPort {
  /** Why it cannot be used, as a clause; undefined: it loads. */
  check(text: string): Promise<string | undefined>
  /** Tables for the names that scripts give. */
  readonly mappings: readonly string[]
}

/** What each decoder would make of a message that waits for one. */
export interface DecoderPort {
  readonly names: readonly string[]
  /** Undefined: the frame is no message with a payload of a device. */
  preview(
    frame: Uint8Array,
    meta: Readonly<Record<string, string>>,
  ):
    | {
        readonly device: string
        readonly fPort: number | undefined
        readonly bytes: Uint8Array
        readonly named: string | undefined
        readonly readings: readonly {
          readonly decoder: string
          readonly occupied?: boolean | null
          readonly measures: Readonly<Record<string, number>>
        }[]
      }
    | undefined
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

export interface OidcPort {
  readonly settings: OidcSettings
  readonly provider: OidcProvider
}

export interface ApiDeps {
  readonly store: Store
  readonly publisher: Publisher
  readonly scripts: ScriptPort
  readonly keyring: Keyring
  readonly accounts: Accounts
  status(): SystemStatus
  readonly clock: Clock
  readonly log: Log
  simulated(): boolean
  /** Host names served beside loopback. */
  readonly hosts: readonly string[]
  /** Reverse proxies whose X-Forwarded-For names the client, beside those on this machine. */
  readonly trustedProxies?: readonly string[]
  /** Origins whose pages may show the lots in a frame. */
  readonly embedIn?: readonly string[]
  /** Under which people open the pages; absent: passkeys work on this machine only. */
  readonly publicUrl?: string
  /** The organisation's provider; absent: people sign in here only. */
  readonly oidc?: OidcPort
  /** Built pages: `web/dist` with Vite's manifest. */
  readonly distDir: string
  /** A device silent for longer is stale and its bay unknown. Default 24 h. */
  readonly promiseMs?: number
  /** Days that stays are kept; 0, the default: for ever. */
  readonly readingDays?: number
  /** Days that the states of bays over time are kept; 0, the default: for ever. */
  readonly bayDays?: number
  /** Recounts on demand; absent where there is no journal at hand. */
  readonly auditor?: AuditorPort
  /** Absent where there is no journal at hand. */
  readonly auditLog?: AuditLogPort
  /** Makes reports; absent: they are made in this thread, from `store`. */
  readonly reports?: ReportPort
  /** Absent where nothing is decoded: then the inbox of senders is empty. */
  readonly decoders?: DecoderPort
  /** The maker of forecasts; absent where there is none. */
  readonly forecasts?: ForecastsPort
  /** Sends notifications; absent where there is none. */
  readonly notifier?: NotifierPort
  /** Time zone of the notifications: of schedules whose places have none in common. Default UTC. */
  readonly notificationZone?: string
  /** Why no ingest token may have this name, which is then the name of its source; undefined where it may. */
  readonly sourceNameFault?: (name: string) => string | undefined
  /** Called once, with what signs show: for outputs beside the API. */
  readonly onSigns?: (signs: ShownSigns) => unknown
  /** Where the listeners are, for people: `web`, `ingest`, `mqtt`, ... */
  readonly urls?: Readonly<Record<string, string>>
}

export interface RouteContext extends Omit<ApiDeps, 'promiseMs' | 'urls' | 'reports'> {
  /** At most two at once. */
  readonly reports: ReportPort
  readonly alertCounts: WatchedAlertCounts
  readonly urls: Readonly<Record<string, string>>
  readonly live: LiveState
  readonly hub: StreamHub
  readonly figures: Figures
  readonly assets: Assets
  readonly layoutWorker: LayoutWorker
  readonly requests: Requests
  readonly siteViews: SiteViews
}
