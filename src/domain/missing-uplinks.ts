/** Uplinks that a source should have brought and did not: what a network server's storage is asked for. */
import type { Instant } from '../lib/brand.ts'

/** Numbers `from` to `to` of one device and session that never came. */
export interface MissingNumbers {
  readonly source: string
  /** External id of the device, in its normal form. */
  readonly device: string
  readonly from: number
  readonly to: number
  /** Times of the numbers before and behind them; undefined where neither is stored. */
  readonly after: Instant | undefined
  readonly before: Instant | undefined
}

/** A time in which nothing was received, so that it is not known what is missing. */
export interface Absence {
  readonly from: Instant
  readonly to: Instant
}

/** Gaps that are looked at of one source, the newest: where there are so many, there may be older ones. */
export const gapsMax = 500

export interface MissingUplinks {
  /** `gapsMax` at most. */
  readonly numbers: readonly MissingNumbers[]
  readonly absence: Absence | undefined
}
