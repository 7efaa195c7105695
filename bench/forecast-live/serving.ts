/** A site of 500 lots as the server asks for it: the first round after a start, and those that follow. Store, forecaster and all. */
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { quarterMs } from '../../src/domain/occupancy-span.ts'
import { createForecaster } from '../../src/forecast/forecaster.ts'
import { forecastSites } from '../../src/forecast/lots.ts'
import { type Round, siteForecasts } from '../../src/forecast/site-forecasts.ts'
import { sitePlan } from '../../src/forecast/site-plan.ts'
import { forecastDir, servedWeights } from '../../src/forecast/weights.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { openStore } from '../../src/store/engine/open.ts'
import { memoryPeakMb } from '../processes.ts'
import { rounded } from '../run/figures.ts'
import { layPastCity } from './past-city.ts'

export interface Served {
  readonly lots: number
  readonly days: number
  /** Until the first forecast is stored. */
  readonly first_s: number
  /** Each: newest rates read, asked, answered, stored. */
  readonly rounds_s: readonly number[]
  readonly parts_ms: { readonly read: number; readonly answer: number; readonly keep: number }
  readonly forecaster_peak_mb: number
  readonly cells: number
}

/** The whole fit of the first day is made during the first rounds. */
const betweenMs = 1_500

export async function measureServing(
  dir: string,
  { lots, days, rounds }: { lots: number; days: number; rounds: number },
  say: (text: string) => void,
): Promise<Served> {
  const end = Math.floor(Date.now() / quarterMs) * quarterMs
  const data = path.join(dir, 'serving')
  // The newest quarters of an hour pass while it runs.
  const url = await layPastCity(data, { lots, days, until: end })
  say(`a past of ${lots} lots and ${days} days is laid`)
  await using store = await openStore(url, { log: silentLog, clock: systemClock })
  const layout = (await store.layout())?.layout
  const [place] = layout ? forecastSites(layout) : []
  if (!place) throw new Error('the site is not there')
  const leaving = new AbortController()
  const began = performance.now()
  const forecaster = createForecaster({
    ...{ log: silentLog, signal: leaving.signal, onState: () => {} },
    weights: (canUseOwn) => servedWeights(forecastDir(data), canUseOwn),
  })
  try {
    const forecasts = siteForecasts(
      { store, forecaster, promiseMs: 86_400_000, plan: sitePlan(place, { holidays: [], schoolHolidays: [] }) },
      place,
    )
    const round = (nowMs: number): Round => ({
      ...{ nowMs, pipeline: { depth: 0, lagMs: 0 }, newestArrivalMs: nowMs, gate: [], factors: [] },
      pause: async () => void (await sleep(0)),
    })
    const issued = []
    const seconds: number[] = []
    // As if the last hours passed now: every round finds a quarter that it has not seen.
    for (let i = 0; i <= rounds; i++) {
      const started = i === 0 ? began : performance.now()
      const made = await forecasts.issue(round(end - (rounds - i) * quarterMs + 30_000))
      if (!made || made.isEmpty) throw new Error('nothing was forecast')
      seconds.push(rounded((performance.now() - started) / 1_000, 2))
      issued.push(made.took)
      await sleep(betweenMs)
    }
    const last = issued.slice(1)
    const mean = (of: (took: (typeof last)[number]) => number) =>
      rounded(last.reduce((sum, took) => sum + of(took), 0) / last.length)
    return {
      ...{ lots: place.lots.length, days, cells: place.lots.length * 13 },
      first_s: seconds[0] as number,
      rounds_s: seconds.slice(1),
      parts_ms: { read: mean((t) => t.readMs), answer: mean((t) => t.answerMs), keep: mean((t) => t.keepMs) },
      forecaster_peak_mb: rounded(memoryPeakMb(forecaster.pid)),
    }
  } finally {
    leaving.abort()
  }
}
