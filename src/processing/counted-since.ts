/** How far a counter that only counts up went on between two readings of it. */

/** Counters in use are 16 or 32 bits wide and begin again at 0 behind their highest number. */
const widths = [2 ** 16, 2 ** 32]
/** A counter that wraps was in the last tenth of its range and is in the first tenth now; any other fall is a new start. */
const edge = 0.1

export function countedSince(
  before: number | null,
  now: number | undefined,
): { readonly count: number; readonly isReset: boolean } {
  if (now === undefined || before === null) return { count: 0, isReset: false }
  if (now >= before) return { count: now - before, isReset: false }
  const width = widths.find((size) => before < size && before >= size * (1 - edge) && now < size * edge)
  if (width !== undefined) return { count: now + width - before, isReset: false }
  return { count: now, isReset: true }
}
