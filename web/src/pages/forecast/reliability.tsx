/** Reliability: how often the observed value lay at or below each quantile. On the diagonal the forecast is calibrated. */
import { useForecastWords } from './forecast-words.ts'
import type { Reliability } from './quality.ts'

const size = 168
const edge = { left: 34, bottom: 30, top: 8, right: 8 }
const inner = { w: size - edge.left - edge.right, h: size - edge.top - edge.bottom }
const ticks = [0, 0.5, 1]

export function ReliabilityDiagram({ points }: { points: readonly Reliability[] }) {
  const words = useForecastWords()
  const x = (share: number) => edge.left + share * inner.w
  const y = (share: number) => edge.top + (1 - share) * inner.h
  const texts = points.map(({ level, observed }) =>
    words.text('reliabilityPoint', {
      level: words.percent(level, digits(level)),
      observed: words.percent(observed, 1),
    }),
  )
  return (
    <figure class="reliability" role="img" aria-label={words.text('reliabilityLabel', { points: texts.join(', ') })}>
      <svg viewBox={`0 0 ${size} ${size}`} aria-hidden="true">
        {ticks.map((tick) => (
          <g key={tick}>
            <line class="fan-grid" x1={x(tick)} x2={x(tick)} y1={y(0)} y2={y(1)} />
            <line class="fan-grid" x1={x(0)} x2={x(1)} y1={y(tick)} y2={y(tick)} />
            <text
              class="fan-tick"
              x={x(tick)}
              y={y(0) + 13}
              text-anchor={tick === 0 ? 'start' : tick === 1 ? 'end' : 'middle'}
            >
              {words.percent(tick)}
            </text>
            <text class="fan-tick" x={x(0) - 5} y={y(tick) + 4} text-anchor="end">
              {words.percent(tick)}
            </text>
          </g>
        ))}
        <line class="reliability-ideal" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
        <polyline
          class="reliability-line"
          points={points.map(({ level, observed }) => `${x(level)},${y(observed)}`).join(' ')}
        />
        {points.map(({ level, observed }) => (
          <circle key={level} class="reliability-dot" cx={x(level)} cy={y(observed)} r="3.5" />
        ))}
        <text class="fan-tick" x={x(0.5)} y={size - 3} text-anchor="middle">
          {words.text('promised')}
        </text>
      </svg>
    </figure>
  )
}

export const digits = (level: number): number => (level < 0.05 || level > 0.95 ? 1 : 0)
