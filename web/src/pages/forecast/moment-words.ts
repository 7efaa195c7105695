/** One instant of a fan as a sentence, for the line above the chart and for screen readers. Pure. */
import type { ForecastWords } from './forecast-words.ts'
import { aheadAt, freeOf, level, type Outlook } from './lots-ahead.ts'
import { reasonWords } from './reason-words.ts'
import { quarterMs } from './site-clock.ts'

interface Moment {
  readonly outlook: Outlook
  readonly at: number
  readonly now: number
  readonly zone: string | undefined
}

export function momentWords(words: ForecastWords, { outlook, at, now, zone }: Moment): string {
  const time = words.minute(at, zone)
  // A horizon that has come is no forecast any more, though what was observed may not be known yet.
  const ahead = at > now ? aheadAt(outlook, at) : undefined
  const free = (rate: number) => words.number(freeOf(outlook.capacity, rate))
  if (!ahead) {
    const seen = outlook.observed.findLast((point) => point.at <= at && at - point.at < quarterMs)
    if (seen?.rate !== null && seen?.rate !== undefined)
      return words.text('readObserved', { time, percent: words.percent(seen.rate), free: free(seen.rate) })
    return words.text(at <= now ? 'readUnknown' : 'readBeyond', { time })
  }
  if (!ahead.rate) return words.text('readWithheld', { time, why: reasonWords(words, ahead.why, zone).text })
  const rate = (k: number) => ahead.rate?.[k] ?? 0
  return words.text('readAhead', {
    time,
    away: words.span(at - now),
    percent: words.percent(rate(level.median)),
    low: words.percent(rate(level.low80)),
    high: words.percent(rate(level.high80)),
    free: free(rate(level.median)),
    freeLow: free(rate(level.high80)),
    freeHigh: free(rate(level.low80)),
    served: words.text(ahead.served === 'baseline' ? 'baseline' : 'model'),
  })
}
