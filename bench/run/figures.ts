/** Arithmetic of measurements. */

/** The value below which `share` of all lie; NaN of nothing. `values` must be sorted. */
export function quantile(values: Float64Array | readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] as number
}

export interface Latency {
  readonly p50_ms: number
  readonly p99_ms: number
  readonly count: number
}

export function latencyOf(milliseconds: readonly number[]): Latency {
  const sorted = Float64Array.from(milliseconds).sort()
  return { p50_ms: rounded(quantile(sorted, 0.5), 2), p99_ms: rounded(quantile(sorted, 0.99), 2), count: sorted.length }
}

export const median = (values: readonly number[]): number => quantile(Float64Array.from(values).sort(), 0.5)

/** NaN and infinities become null in JSON: a figure that could not be had. */
export function rounded(value: number, digits = 0): number {
  const factor = 10 ** digits
  return Math.round(value * factor) / factor
}

export const count = (value: number | null | undefined): string =>
  value === null || value === undefined || Number.isNaN(value) ? '-' : Math.round(value).toLocaleString('en')

/** A share in per cent, with enough digits to tell none from few. */
export function percent(part: number, whole: number): number {
  if (whole === 0) return 0
  const value = (100 * part) / whole
  return value > 0 && value < 0.01 ? rounded(value, 4) : rounded(value, 2)
}
