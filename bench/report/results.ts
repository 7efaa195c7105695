/** Results of the benches, read by the report: the shapes of docs/benchmarks.json. */

import type { RateResult } from '../domain/rates.ts'
import type { Served } from '../domain/served.ts'
import type { Paced } from '../limits/paced.ts'
import type { StoreName } from '../limits/place.ts'
import type { SourceName } from '../limits/server-under-load.ts'
import type { RoundResult } from '../peers/contest.ts'
import type { Mark } from '../scaling/fill-process.ts'

export interface PeersResult {
  /** Of a run that had to fit into so many minutes: how short its bursts and faults were. */
  readonly within?: {
    readonly minutes: number
    readonly seconds: number
    readonly kill_s: number
    readonly outage_s: number
  }
  /** By peer, lines a second; 0 where even the slowest rate lost. */
  readonly loss_free_rate: Readonly<Record<string, number>>
  readonly about: Readonly<Record<string, string>>
  readonly cases: Readonly<Record<string, string>>
  readonly versions: Readonly<Record<string, string>>
  readonly not_run: Readonly<Record<string, string>>
  readonly results: readonly PeerLine[]
}

interface PeerLine extends RoundResult {
  readonly peer: string
  readonly case: string
  readonly sensors: number
}

export interface LimitsResult {
  readonly devices: number
  /** Rates of the yardsticks, one by one: by store of raw inserts, by source of bare MQTT. */
  readonly raw: Readonly<Record<string, readonly number[]>>
  readonly not_run: Readonly<Record<string, string>>
  readonly results: readonly Limit[]
}

interface Limit {
  readonly store: StoreName
  readonly source: SourceName
  readonly events_per_s: number
  readonly sent: number
  /** Of everything sent to this server so far. */
  readonly lost: number
  readonly doubled: number
  readonly cpu_s_per_million: number
  readonly pss_mb: number
  readonly database_pss_mb: number
  /** Null when the flood fitted into a segment that was filled ahead, or a database file that had grown before. */
  readonly journal_bytes_per_event: number | null
  readonly database_bytes_per_event: number | null
  readonly paced?: Paced
}

export interface DomainResult {
  readonly folds_per_s: number | null
  readonly publish_ms: number | null
  readonly past_state_ms: number | null
  readonly sites_p99_ms: number | null
  readonly rate_50k_ratio: number | null
  readonly pss_50k_mb: number | null
  /** By the share of readings that change a bay. */
  readonly folds?: Readonly<Record<string, number>>
  readonly served?: Served
  readonly rates: Readonly<Record<string, readonly RateResult[]>>
  readonly not_run: Readonly<Record<string, string>>
}

export interface ScalingResult {
  readonly not_run: Readonly<Record<string, string>>
  readonly sensors: readonly Sensors[]
  readonly rows: readonly Stored[]
  readonly batch: readonly Batch[]
}

interface Sensors {
  readonly store: StoreName
  readonly sensors: number
  readonly events_per_s: number
  readonly lost: number
  readonly pss_mb: number
}
interface Stored extends Mark {
  readonly store: StoreName
  readonly disk_bytes_per_row: number
}
interface Batch {
  readonly store: StoreName
  readonly batch: number
  readonly rows_per_s: number
  readonly commit_p50_ms: number
  readonly commit_p99_ms: number
}
