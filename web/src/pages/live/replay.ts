/** How a replay goes on. Pure. */

/** Times faster than it was. */
export const speeds = [1, 10, 60, 300, 1_000] as const

/** The moment after `passedMs` on the clock of the reader; undefined: it has come to the present. */
export function replayed(at: number, passedMs: number, speed: number, now: number): number | undefined {
  const next = at + passedMs * speed
  return next >= now ? undefined : next
}
