/**
 * Messages between the processes, over the channel that `main` opens to each child. Rare, and small but for a layout: settings, positions,
 * figures and changes made by people, never readings. All structured-clone safe.
 */

import type { DeliveryQuery } from '@baykeeper/contract/notifications.ts'
import type { ForecasterStateName, ShownSourceKind, SourceState } from '@baykeeper/contract/vocabulary.ts'
import type { Config } from '../config/config.ts'
import type { SystemHealth } from '../domain/folds/fold.ts'
import type { MissingNumbers } from '../domain/missing-uplinks.ts'
import type { JournalStats, JournalTail } from '../journal/journal.ts'
import type { Instant } from '../lib/brand.ts'
import type { Count } from '../lib/sum.ts'
import type { MailedInvitation } from '../notify/invitation.ts'
import type { NotifierReport } from '../notify/notifier.ts'
import type { ProcessorStats } from '../processing/meter.ts'
import type { Trouble } from '../processing/trouble.ts'
import type { SourceFacts, SourceLoss } from '../sources/source.ts'
import type { StoreFault } from '../store/store.ts'
import type { Standstill } from './progress-watch.ts'

export type Role = 'intake' | 'processor' | 'web' | 'forecasts' | 'notifier'
export const roles: readonly Role[] = ['intake', 'processor', 'web', 'forecasts', 'notifier']
/** Nothing waits for these: each may be missing, hung or killed, and nothing but its own work is late. */
export const besideRoles: readonly Role[] = ['forecasts', 'notifier']

/** Where a child finds its listening sockets: file descriptors inherited from `main`. */
export interface Listeners {
  readonly web?: number
  /** By the key of the source. */
  readonly [source: string]: number | undefined
}

export interface DemoSettings {
  /** Data directory of the simulated city, apart from the real one. */
  readonly dir: string
  /** Ingest token of the simulator: what it sends goes to the demo's journal, everything else to the real one. */
  readonly token: string
}

export interface ChildSettings {
  readonly role: Role
  readonly config: Config
  /** Real data directory: keys, real journal. */
  readonly dataDir: string
  readonly demo: DemoSettings | undefined
  readonly listeners: Listeners
  /** By the key of the source: the UDP port it had before a restart, at first the one that is configured. */
  readonly udpPorts: Readonly<Record<string, number>>
  /** Fence of the journal's writer: the processor's claim on the store. 0 before intake is ready. */
  readonly fence: number
  readonly version: string
  readonly startedAt: number
  /** URLs shown to people. */
  readonly urls: Readonly<Record<string, string>>
}

export interface SourceFigures {
  readonly name: string
  readonly kind: ShownSourceKind
  readonly state: SourceState
  readonly detail: string
  readonly received: number
  readonly accepted: number
  readonly refused: number
  readonly unframeable: number
  /** Frames known to be lost before us, and losses whose size cannot be known; by cause. */
  readonly lost: Readonly<Record<string, number>>
  readonly uncounted: Readonly<Record<string, number>>
  /** The last ones since the start, oldest first. */
  readonly losses: readonly SourceLoss[]
  readonly facts: SourceFacts
}

export interface IntakeFigures {
  readonly tail: JournalTail
  readonly received: number
  readonly refused: number
  readonly unframeable: number
  readonly inFlight: number
  readonly sources: readonly SourceFigures[]
  readonly journal: JournalStats
  /** Why segments are not archived, and why changes made by people are not copied to the second journal: retention waits for both. */
  readonly archiveProblem?: string | undefined
  readonly deskProblem?: string | undefined
}

export interface LedgerTotals {
  readonly committed: Count
  readonly duplicate: Count
  readonly quarantined: Count
  readonly tentative: Count
  readonly lost: number
  readonly damaged: Count
  /** Journal record the totals are at, and the accepted frames of the journal up to it. */
  readonly position: number
  readonly acceptedFrames: number
}

export interface ForecasterReport {
  readonly state: ForecasterStateName
  readonly detail: string
}

/** `interrupted`: it is not known whether the record became durable. */
export type PublishAnswer =
  | { readonly ok: true; readonly journal: string; readonly record: number }
  | { readonly ok: false; readonly reason: 'unavailable' | 'refused' | 'interrupted'; readonly message: string }

export type NotifierQuestion =
  | { readonly is: 'deliveries'; readonly query: DeliveryQuery }
  | { readonly is: 'test'; readonly channel: string }
  | { readonly is: 'retry'; readonly id: number }
  | { readonly is: 'mailed-reports' }
  | { readonly is: 'send-report'; readonly schedule: string; readonly author: string }
  | { readonly is: 'add-contact'; readonly wait: string; readonly address: string; readonly until: number }
  | { readonly is: 'is-contact'; readonly wait: string; readonly address: string | null }
  | { readonly is: 'remove-contact'; readonly wait: string }
  | ({ readonly is: 'invite' } & MailedInvitation)

/** `value`: of the type that the question has in `NotifierPort` (api/context.ts). */
export type NotifierAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string }

export type ToMain =
  | { readonly type: 'ready'; readonly udpPorts?: Readonly<Record<string, number>>; readonly fence?: number }
  /** `fault`: of the store, where that is why. */
  | {
      readonly type: 'failed'
      readonly message: string
      readonly code?: string | undefined
      readonly fault?: StoreFault | undefined
    }
  | { readonly type: 'intake'; readonly figures: IntakeFigures }
  | {
      readonly type: 'processor'
      readonly stats: ProcessorStats & { readonly trouble?: Trouble | undefined }
      readonly ledger: LedgerTotals | undefined
      /** The file of the database is not where it was opened. */
      readonly gone?: string | undefined
    }
  /** Processor: wake me when a record above this number is durable. */
  | { readonly type: 'wake-above'; readonly beyond: number }
  | { readonly type: 'durable'; readonly record: number }
  /** Processor: numbers that did not come, of the sources whose network server can be asked for them. */
  | { readonly type: 'missing-numbers'; readonly numbers: readonly MissingNumbers[] }
  /** `copied`: raw frames are copied too, up to here; the journal holds what is behind. */
  | { readonly type: 'committed'; readonly position: number; readonly copied?: number | undefined }
  /** Forecasts: how the forecaster is, in one sentence. */
  | ({ readonly type: 'forecaster' } & ForecasterReport)
  /** Forecasts: there is a new one of this site. */
  | { readonly type: 'issued'; readonly site: string; readonly issued: Instant }
  /** Forecasts: how often those of each site missed. */
  | { readonly type: 'forecast-misses'; readonly misses: NonNullable<SystemHealth['forecastMisses']> }
  /** Forecasts: the processes below it. */
  | { readonly type: 'forecast-pids'; readonly forecaster: number | undefined; readonly training: number | undefined }
  /** Notifier: how its channels are. */
  | { readonly type: 'notifier'; readonly report: NotifierReport }
  /** Web: asks the notifier; it is answered by a `notifier-answer` with the same request. */
  | { readonly type: 'notifier-question'; readonly request: string; readonly question: NotifierQuestion }
  | { readonly type: 'notifier-answer'; readonly request: string; readonly answer: NotifierAnswer }
  /** Web: this record of kind `desk` is to be journaled; it is answered by a `publish-answer` with the same request. */
  | { readonly type: 'publish'; readonly request: string; readonly lane: 'real' | 'demo'; readonly record: Uint8Array }
  /** Intake. */
  | { readonly type: 'published'; readonly request: number; readonly answer: PublishAnswer }
  /** Intake in demo mode: something real has arrived and is safe in the real journal. */
  | { readonly type: 'real-data' }

export type ToChild =
  | { readonly type: 'start'; readonly settings: ChildSettings }
  | { readonly type: 'stop' }
  | { readonly type: 'wake-above'; readonly beyond: number }
  | { readonly type: 'durable'; readonly record: number }
  | { readonly type: 'missing-numbers'; readonly numbers: readonly MissingNumbers[] }
  | { readonly type: 'released'; readonly position: number; readonly held?: number | undefined }
  | {
      readonly type: 'figures'
      readonly intake: IntakeFigures | undefined
      readonly processor: Extract<ToMain, { type: 'processor' }> | undefined
      readonly alive: readonly Role[]
      /** Up, and have sent no figures for a while. */
      readonly silent?: readonly Role[]
      /** Processing does not advance: records wait, and the committed position does not move. */
      readonly standstill?: Standstill | undefined
      readonly forecaster: ForecasterReport
      /** Absent: it does not run, or has not reported. */
      readonly notifier?: NotifierReport | undefined
    }
  | { readonly type: 'notifier-question'; readonly request: string; readonly question: NotifierQuestion }
  | { readonly type: 'notifier-answer'; readonly request: string; readonly answer: NotifierAnswer }
  | { readonly type: 'issued'; readonly site: string; readonly issued: Instant }
  /** Intake: what it reports of the others with its heartbeats. Notifier: whether the database is away. */
  | { readonly type: 'health'; readonly health: Pick<SystemHealth, 'database' | 'unaccounted' | 'forecastMisses'> }
  /** Intake: into the journal of this name. */
  | {
      readonly type: 'publish'
      readonly request: number
      readonly channel: 'real' | 'demo'
      readonly record: Uint8Array
    }
  /** Web. */
  | { readonly type: 'publish-answer'; readonly request: string; readonly answer: PublishAnswer }
  /** Intake: the simulated city has ended; wake-ups are about the real journal now. */
  | { readonly type: 'demo-over' }
