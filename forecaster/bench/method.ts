/** Predictions of a method for a window: medians for every cell of every horizon, and quantiles where it has them. */
export interface Method {
  readonly name: string
  /** By horizon, by cell. */
  readonly point: readonly Float32Array[]
  /** Seven numbers a cell. */
  readonly quantiles?: readonly Float32Array[]
  /** Ours, against which baselines are measured. */
  readonly ours?: boolean
  readonly parameters?: number
  readonly minutes?: number
}
