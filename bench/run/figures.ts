/** Arithmetic of measurements. */
import { percentile } from '../processes.ts'

export interface Latency {
  readonly p50_ms: number
  readonly p99_ms: number
  readonly count: number
}

export const latencyOf = (ms: readonly number[]): Latency => ({
  p50_ms: rounded(percentile(ms, 0.5), 1),
  p99_ms: rounded(percentile(ms, 0.99), 1),
  count: ms.length,
})

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

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
