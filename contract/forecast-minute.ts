/**
 * A forecast for any minute, from the horizons around it: the same for the forecaster and for the API. A closure counts at the very minute
 * that is asked for, whether the horizons around it are closed or not. Pure.
 */
import { isClosure, reasonText } from './forecast-reasons.ts'

interface Horizon {
  readonly at: string
  readonly rate: readonly number[] | null
  readonly why: string
  readonly widened: number
}

/** ISO 8601; without `to` until further notice. `why` is a reason of forecast-reasons.ts. */
export interface ClosedSpan {
  readonly from: string
  readonly to?: string | undefined
  readonly why: string
}

export const closureAt = <Span extends { readonly from: string; readonly to?: string | undefined }>(
  closures: readonly Span[] | undefined,
  atMs: number,
): Span | undefined =>
  closures?.find(({ from, to }) => Date.parse(from) <= atMs && (to === undefined || atMs < Date.parse(to)))

/** Either two horizons and how far the minute lies between them, or why there is nothing to say. */
export type Around<Point> =
  | { readonly from: Point; readonly to: Point; readonly share: number }
  | { readonly withheld: string; readonly widened: number }

export function around<Point extends Horizon>(
  points: readonly Point[],
  closures: readonly ClosedSpan[] | undefined,
  { atMs, originMs }: { atMs: number; originMs: number },
): Around<Point> {
  const next = points.findIndex(({ at }) => Date.parse(at) >= atMs)
  const to = points[next]
  if (!to || !(atMs > originMs)) return { withheld: reasonText('beyond', {}), widened: 1 }
  const closed = closureAt(closures, atMs)
  if (closed) return { withheld: closed.why, widened: 1 }
  const from = points[next - 1] ?? to
  const span = Date.parse(to.at) - Date.parse(from.at)
  const share = span > 0 ? (atMs - Date.parse(from.at)) / span : 1
  if (from.rate && to.rate) return { from, to, share }
  // Of two horizons with a closure in between, the open one speaks.
  if (to.rate && isClosure(from.why)) return { from: to, to, share: 1 }
  if (from.rate && isClosure(to.why)) return { from, to: from, share: 0 }
  const missing = from.rate ? to : from
  return { withheld: missing.why, widened: missing.widened }
}
