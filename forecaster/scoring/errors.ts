/**
 * How far off forecasts were. Arrays run over the same cells; a cell counts where `mask` is 1, and every method is judged on the same mask.
 */
export interface Cells {
  readonly truth: Float32Array
  readonly mask: Uint8Array
}

export function meanAbsoluteError(forecast: Float32Array, { truth, mask }: Cells): number {
  let sum = 0
  let count = 0
  for (let i = 0; i < mask.length; i++)
    if (mask[i] === 1) {
      sum += Math.abs((forecast[i] as number) - (truth[i] as number))
      count++
    }
  return sum / count
}

export function rootMeanSquareError(forecast: Float32Array, { truth, mask }: Cells): number {
  let sum = 0
  let count = 0
  for (let i = 0; i < mask.length; i++)
    if (mask[i] === 1) {
      sum += ((forecast[i] as number) - (truth[i] as number)) ** 2
      count++
    }
  return Math.sqrt(sum / count)
}

/**
 * Mean over lots of the absolute error, each divided by the error of last week's value on the training data (Hyndman, Koehler 2006): below 1
 * is better than copying last week. `lotOf` gives the lot of a cell.
 */
export function meanAbsoluteScaledError(
  forecast: Float32Array,
  { truth, mask }: Cells,
  { naive, lotOf }: { naive: readonly number[]; lotOf: (cell: number) => number },
): number {
  const sums = naive.map(() => 0)
  const counts = naive.map(() => 0)
  for (let i = 0; i < mask.length; i++)
    if (mask[i] === 1) {
      const lot = lotOf(i)
      sums[lot] = (sums[lot] as number) + Math.abs((forecast[i] as number) - (truth[i] as number))
      counts[lot] = (counts[lot] as number) + 1
    }
  const ratios = sums.flatMap((sum, lot) =>
    (counts[lot] as number) > 0 ? [sum / (counts[lot] as number) / (naive[lot] as number)] : [],
  )
  return ratios.reduce((a, b) => a + b, 0) / ratios.length
}
