/**
 * Two kinds of sums.
 *
 * - A sum of what senders choose (missing numbers, entries) stops at `sumMax` and stays there: it then means "at least".
 * - A count of frames is a term of the message balance and is always exact: a number where it is a safe integer, else a bigint.
 */

/** The largest whole number that JavaScript holds exactly, 2^53 - 1. */
export const sumMax = Number.MAX_SAFE_INTEGER

export const isSaturated = (sum: number): boolean => sum >= sumMax

/** Once full, a sum stays full: what is taken away later cannot make an unknown sum known again. */
export function addSaturating(sum: number, by: number): number {
  if (isSaturated(sum) || isSaturated(by)) return sumMax
  return Math.min(sumMax, sum + by)
}

/** A saturating sum as a database returns it; decimals come as text. */
export const readSum = (value: number | bigint | string | null | undefined): number =>
  Math.min(sumMax, Number(value ?? 0))

export type Count = number | bigint

/** An exact count of frames, as a database returns it. */
export function readCount(value: number | bigint | string | null | undefined): Count {
  const exact = BigInt(value ?? 0)
  const number = Number(exact)
  return Number.isSafeInteger(number) ? number : exact
}
