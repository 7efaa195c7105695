/**
 * How far a counter that only counts up went on between two readings of it, and whether that can be true. Rules C1 to C4:
 * docs/specs/ordering.md.
 */

/** Entries a gate can count in a second, over the time since its last accepted count. */
export const gatePerSecond = 5
/** Readings come bunched, and clocks differ. */
export const gateMargin = 100
/** Counters are 8, 16 or 32 bits wide and begin again at 0 behind their highest number. */
const widths = [2 ** 8, 2 ** 16, 2 ** 32]
/** A counter that wraps was in the last tenth of its range and is in the first tenth now. */
const edge = 0.1

export type CounterStep =
  | { readonly kind: 'first' | 'on' | 'reset'; readonly count: number }
  /** It does not fit: it may be an error, a late value or a counter that began again. The next value decides. */
  | { readonly kind: 'doubtful' }

export interface CounterAsk {
  /** Last accepted value. */
  readonly before: number | null
  readonly now: number
  /** Since the last accepted value. */
  readonly elapsedMs: number
  /** The device is known to have restarted in between. */
  readonly hasRestarted: boolean
  /** A doubtful value that came after `before`. */
  readonly doubtful: number | undefined
}

export function counterStep({ before, now, elapsedMs, hasRestarted, doubtful }: CounterAsk): CounterStep {
  if (before === null) return { kind: 'first', count: 0 }
  const possible = (Math.max(0, elapsedMs) / 1_000) * gatePerSecond + gateMargin
  const fits = (count: number) => count >= 0 && count <= possible
  if (fits(now - before)) return { kind: 'on', count: now - before }
  if (now < before) {
    const width = widths.find((size) => before < size && before >= size * (1 - edge) && now < size * edge)
    if (width !== undefined && fits(now + width - before)) return { kind: 'on', count: now + width - before }
    if (hasRestarted && fits(now)) return { kind: 'reset', count: now }
  }
  if (doubtful !== undefined && now >= doubtful && fits(now - doubtful)) {
    // Two values that fit to each other and not to the one before: the counter stands there now.
    return { kind: 'reset', count: doubtful < before && fits(now) ? now : now - doubtful }
  }
  return { kind: 'doubtful' }
}
