/** How often each distance was measured, with the limits as lines. Its name is one sentence about what it shows. */
import type { Calibration } from '@baykeeper/contract/device-care.ts'
import { useDevicesWords } from './devices-words.ts'

const width = 640
const height = 160
const axis = 22

interface HistogramProps {
  readonly of: Calibration
  readonly limits: NonNullable<Calibration['current']> | undefined
}

export function DistanceHistogram({ of: { histogram, readings }, limits }: HistogramProps) {
  const { words } = useDevicesWords()
  const { from_mm: from, bin_mm: bin, counts } = histogram
  const to = from + bin * counts.length
  const x = (mm: number) => Math.max(0, Math.min(width, ((mm - from) / (to - from)) * width))
  const most = Math.max(1, ...counts)
  const lines = limits
    ? [
        { mm: limits.occupied_below_mm, text: words.text('occupied') },
        { mm: limits.free_above_mm, text: words.text('free') },
      ]
    : []
  return (
    <svg
      class="histogram"
      viewBox={`0 0 ${width} ${height + axis}`}
      role="img"
      aria-label={words.text('histogramOf', { n: readings, from: words.number(from), to: words.number(to) })}
    >
      {counts.map((count, i) => {
        // Square roots: the rare group must be seen beside the frequent one.
        const h = count === 0 ? 0 : Math.max(2, Math.sqrt(count / most) * (height - 20))
        return (
          <rect key={i} x={(i * width) / counts.length} y={height - h} width={width / counts.length - 1} height={h} />
        )
      })}
      {lines.map(({ mm, text }, i) => (
        <g key={text}>
          <line x1={x(mm)} x2={x(mm)} y1={0} y2={height} />
          <text x={x(mm) + (i === 0 ? -4 : 4)} y={12} text-anchor={i === 0 ? 'end' : 'start'}>
            {text}
          </text>
        </g>
      ))}
      <text x={0} y={height + 16}>
        {words.number(from)} mm
      </text>
      <text x={width} y={height + 16} text-anchor="end">
        {words.number(to)} mm
      </text>
    </svg>
  )
}
