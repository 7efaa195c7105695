/** Configuration of a network; stored with its weights. */
import { sizes } from '../features/batch.ts'

export interface ModelConfig {
  readonly width: number
  readonly heads: number
  readonly layers: number
  /** Hidden width of the feed-forward part. */
  readonly hidden: number
  /** Hidden width of the flat context of the site's other lots and own day; 0: none. */
  readonly contextHidden: number
  /** In steps of a quarter of an hour (or of the panel). */
  readonly horizons: readonly number[]
  /** Lots with an embedding; others are strangers and get the mean of none, which is zero. */
  readonly lots: readonly string[]
  /** Lots in the flat context; 0 for weights that serve any site. */
  readonly siteLots: number
  readonly parts: Parts
}

/** Part that an ablation leaves out. */
export interface Parts {
  /** Residual over the AR anomaly; otherwise over the present rate. */
  readonly anchor: boolean
  readonly patches: boolean
  readonly days: boolean
  readonly covariates: boolean
  readonly mixing: boolean
}

export const allParts: Parts = { anchor: true, patches: true, days: true, covariates: true, mixing: true }

export const benchHorizons = [1, 2, 4, 8, 16, 96] as const

export const defaultConfig = (lots: readonly string[]): ModelConfig => ({
  width: 64,
  heads: 4,
  layers: 2,
  hidden: 128,
  contextHidden: 0,
  horizons: benchHorizons,
  lots,
  siteLots: 0,
  parts: allParts,
})

/** Numbers per series in the flat context. */
export const contextWidth = ({ siteLots }: ModelConfig): number =>
  siteLots * sizes.site + sizes.patches * sizes.patch + sizes.days * sizes.day
