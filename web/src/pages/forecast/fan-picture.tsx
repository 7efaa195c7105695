/** The marks of a fan, for the large chart and for the thumbnails: bands, what was observed, the median; never a value that is not there. */
import { bandPath, bands, fanOf, forecastRuns, medianPath, observedPath, type Scale, stretchesOf } from './fan-shape.ts'
import type { Ahead, Outlook } from './lots-ahead.ts'

interface FanMarksProps {
  readonly outlook: Outlook
  readonly scale: Scale
  readonly wide: boolean
}

export function FanMarks({ outlook, scale, wide }: FanMarksProps) {
  const fan = fanOf(outlook)
  const runs = forecastRuns(fan)
  return (
    <>
      {runs.map((run) => (
        <g key={run[0]?.at}>
          {wide && <path class="fan-95" d={bandPath(run, bands[95], scale)} />}
          <path class="fan-80" d={bandPath(run, bands[80], scale)} />
          <path class="fan-50" d={bandPath(run, bands[50], scale)} />
          {bySource(run).map((part) => (
            <path key={part[0]?.at} class={`fan-median ${part.at(-1)?.served}`} d={medianPath(part, scale)} />
          ))}
        </g>
      ))}
      <path class="fan-observed" d={observedPath(outlook.observed, scale)} />
    </>
  )
}

/** The line changes its kind where another one begins to be served. */
function bySource(run: readonly Ahead[]): readonly (readonly Ahead[])[] {
  return stretchesOf(run).reduce<Ahead[][]>((parts, { served, to }) => {
    const last = parts.at(-1)
    const joint = last?.at(-1)
    const own = run.filter(({ at }) => at <= to && (joint === undefined || at > joint.at))
    if (last && joint?.served === served) last.push(...own)
    else parts.push(joint ? [joint, ...own] : own)
    return parts
  }, [])
}
