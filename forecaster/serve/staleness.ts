/**
 * Effect of stale or lagging input on a forecast: it is widened as if its lead time were longer by the age of the input, and withheld
 * beyond an hour. A forecast from old state must say so, also where a longer lead time makes the usual error no larger.
 */
import type { PipelineState } from '@baykeeper/contract/forecast.ts'
import { joinReasons, reasonText } from '@baykeeper/contract/forecast-reasons.ts'

/** Younger than this is fresh: sensors report every few minutes, rates are of a quarter of an hour. */
export const freshSecondsMax = 150
/** Beyond this the state is no longer known. */
export const staleSecondsMax = 3600
export const coverageMin = 0.5
const coverageFull = 0.95

export interface Verdict {
  readonly widened: number
  readonly withheld: boolean
  readonly why: string
}

/** `sigma` is the usual error at a number of minutes ahead. */
export function verdictOf(
  { lag_s, as_of, depth, coverage: siteCoverage, usual_silence_s = 0 }: PipelineState,
  {
    nowMs,
    coverage,
    minutes,
    sigma,
  }: { nowMs: number; coverage: number; minutes: number; sigma: (minutes: number) => number },
): Verdict {
  // The usual silence of a site, such as a quiet night, does not count as staleness.
  const age = Math.max(lag_s, (nowMs - Date.parse(as_of)) / 1000 - usual_silence_s)
  const known = Math.min(coverage, siteCoverage)
  if (age > staleSecondsMax)
    return {
      widened: 1,
      withheld: true,
      why: reasonText('state-too-old', { n: Math.round(age / 60), pending: depth }),
    }
  if (known < coverageMin)
    return { widened: 1, withheld: true, why: reasonText('few-known', { n: Math.round(100 * known) }) }
  const isLate = age > freshSecondsMax
  const late = isLate ? Math.max(1, sigma(minutes + age / 60) / sigma(minutes)) : 1
  const blind = known < coverageFull ? Math.sqrt(coverageFull / known) : 1
  const widened = late * blind
  const why = joinReasons(
    isLate ? reasonText('state-old', { n: Math.round(age / 60) }) : '',
    blind > 1 ? reasonText('partly-known', { n: Math.round(100 * known) }) : '',
  )
  return { widened, withheld: false, why }
}
