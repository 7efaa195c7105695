/** The last 24 hours of a lot as one small picture: taken share in steps of a quarter of an hour. Unknown steps are left out, never shown as 0. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { OccupancyPoint } from '@baykeeper/contract/history.ts'
import { useFetched } from '../../kit/fetched.ts'
import { useDesk } from '../../shell/desk.ts'

const pollMs = 60_000
const height = 40
/** Below this share of bays and time, the figure is drawn as one to be careful with. */
const coverageMin = 0.9

interface DayChartProps {
  readonly site: string
  readonly name: string
  /** End of the day that is shown; default now. */
  readonly to?: number
}

export function DayChart({ site, name, to }: DayChartProps) {
  const { words, zone } = useDesk()
  const history = useFetched(
    requestOf('GET /api/v1/sites/{id}/occupancy/history', {
      params: { id: site },
      query: to === undefined ? {} : { to: new Date(to).toISOString() },
    }),
    pollMs,
  ).value
  const day = history.value
  if (!day) return <p class="quiet">{words.text(history.failed ? 'dayFailed' : 'loading')}</p>
  const points = day.series[0]?.points ?? []
  const known = points.flatMap((point) => (point.rate === null ? [] : [{ rate: point.rate, coverage: point.coverage }]))
  const last = known.at(-1)
  if (!last) return <p class="quiet">{words.text('dayNone')}</p>
  const rates = known.map(({ rate }) => rate)
  const coverage = points.reduce((sum, point) => sum + point.coverage, 0) / points.length
  const at = (text: string) => words.minute(Date.parse(text), zone.value)
  const label = words.text('dayLabel', {
    name,
    low: words.percent(Math.min(...rates)),
    high: words.percent(Math.max(...rates)),
    now: words.percent(last.rate),
    coverage: words.percent(coverage),
  })
  return (
    <figure class="day" role="img" aria-label={label}>
      <svg viewBox={`0 0 ${points.length} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        <line x1="0" x2={points.length} y1={height / 2} y2={height / 2} />
        {runsOf(points).map(({ from, rates, sure }) => (
          <path key={from} class={sure ? 'sure' : 'unsure'} d={areaOf(from, rates)} />
        ))}
      </svg>
      <figcaption aria-hidden="true">
        <span>{at(day.from)}</span>
        <span>
          {words.text('dayMost', { high: words.percent(Math.max(...rates)) })}
          {coverage < 0.995 && ` · ${words.text('dayKnown', { coverage: words.percent(coverage) })}`}
        </span>
        <span>{at(day.to)}</span>
      </figcaption>
    </figure>
  )
}

interface Run {
  readonly from: number
  readonly rates: number[]
  readonly sure: boolean
}

/** Adjacent steps that are equally known. */
function runsOf(points: readonly OccupancyPoint[]): readonly Run[] {
  const runs: Run[] = []
  for (const [i, { rate, coverage }] of points.entries()) {
    if (rate === null) continue
    const run = runs.at(-1)
    const sure = coverage >= coverageMin
    if (run && run.sure === sure && run.from + run.rates.length === i) run.rates.push(rate)
    else runs.push({ from: i, rates: [rate], sure })
  }
  return runs
}

const areaOf = (from: number, rates: readonly number[]) =>
  `M${from},${height}${rates.map((rate) => `V${((1 - rate) * height).toFixed(1)}h1`).join('')}V${height}z`
