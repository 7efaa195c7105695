/** Five minutes of one figure as a line. What is missing is a gap, never a zero; the words say what the line shows. */
import { useDesk } from '../../shell/desk.ts'
import { historyMs, lookMs, type Point } from './figures.ts'
import { usePipelineWords } from './pipeline-words.ts'

const width = 150
const height = 30
/** While there is less to show, the line is as wide as what there is, but never wider than this would make it. */
const spanMsMin = 60_000
/** Two looks missing in a row are a gap. */
const gapMs = lookMs * 2.5

interface SparklineProps {
  readonly points: readonly Point[]
  readonly stage: string
  readonly what: string
  /** When the right edge is: points older than the span have left. */
  readonly now: number
  readonly say: (value: number) => string
}

export function Sparkline({ points, stage, what, now, say }: SparklineProps) {
  const words = usePipelineWords()
  const { zone } = useDesk()
  const shown = points.filter(({ at }) => at >= now - historyMs)
  const last = shown.at(-1)
  if (!last || !shown[0])
    return (
      <figure class="spark5" role="img" aria-label={words.text('sparkNone', { stage })}>
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true" />
      </figure>
    )
  const values = shown.map(({ value }) => value)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const scale = high > 0 ? (height - 4) / high : 0
  const span = Math.max(spanMsMin, Math.min(historyMs, now - shown[0].at))
  const xy = ({ at, value }: Point) =>
    `${(((at - now + span) / span) * width).toFixed(1)},${(height - 2 - value * scale).toFixed(1)}`
  const label = words.text('sparkOf', { stage, what, low: say(low), high: say(high), now: say(last.value) })
  const young = now - shown[0].at < historyMs - gapMs
  return (
    <figure class="spark5" role="img" aria-label={label}>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        <line x1="0" x2={width} y1={height - 1} y2={height - 1} />
        {runsOf(shown).map((run) => (
          <polyline key={run[0]?.at} points={run.map(xy).join(' ')} />
        ))}
      </svg>
      <figcaption aria-hidden="true">
        <span>{young ? words.text('sparkSince', { time: words.minute(shown[0].at, zone.value) }) : '−5 min'}</span>
        <span>{words.text('sparkMost', { n: say(high) })}</span>
      </figcaption>
    </figure>
  )
}

/** A run of one point would be invisible as a line: it is drawn as a dot by its round ends. */
function runsOf(points: readonly Point[]): readonly (readonly Point[])[] {
  const runs: Point[][] = []
  for (const point of points) {
    const run = runs.at(-1)
    const before = run?.at(-1)
    if (run && before && point.at - before.at <= gapMs) run.push(point)
    else runs.push([point])
  }
  return runs.map((run) =>
    run.length === 1 ? [run[0] as Point, { ...(run[0] as Point), at: (run[0] as Point).at + 1 }] : run,
  )
}
