/** The course of a figure, small and without axes. */
interface SparkProps {
  readonly values: readonly number[]
  /** Lower end of the scale; absent: the lowest value. */
  readonly from?: number
}

export function Spark({ values, from = Math.min(...values) }: SparkProps) {
  if (values.length < 3) return null
  const range = Math.max(...values, from + 1) - from
  const points = values
    .map((value, i) => `${(i / (values.length - 1)) * 60},${20 - ((value - from) / range) * 18}`)
    .join(' ')
  return (
    <svg class="spark" viewBox="0 0 60 21" preserveAspectRatio="none" aria-hidden="true">
      <polyline points={points} />
    </svg>
  )
}
