/** One round of forecasts: each site is issued a new one. */
import { setImmediate } from 'node:timers/promises'
import { newestArrivals } from './arrivals.ts'
import { type Due, eagerMs } from './due.ts'
import type { ForecastService } from './forecasting.ts'
import type { Subject } from './forecasting-state.ts'
import type { QualityBook } from './quality-book.ts'
import { nextRoundMs } from './schedule.ts'
import type { SiteForecasts } from './site-forecasts.ts'

/** How many forecasts with content were issued. */
export async function issueAll(
  service: ForecastService,
  subject: Subject,
  due: Due,
  quality: QualityBook,
): Promise<number> {
  const { store, clock, log, signal } = service
  due.round = nextRoundMs(clock.now())
  const newest = newestArrivals(subject.layout, await store.devices())
  let issued = 0
  for (const each of subject.sites) {
    try {
      issued += await issueOne(service, subject, each, { newestMs: newest.get(each.site.id), quality })
    } catch (error) {
      if (signal.aborted) throw error
      log.warn('a site has no new forecast; it is tried again', { site: each.site.id, error })
      due.round = Math.min(due.round, clock.now() + eagerMs)
    }
  }
  if (issued === 0 && due.isEager()) due.round = Math.min(due.round, clock.now() + eagerMs)
  return issued
}

async function issueOne(
  { clock, signal, log, onIssued, pipeline }: ForecastService,
  { forecaster }: Subject,
  each: SiteForecasts,
  { newestMs, quality }: { readonly newestMs: number | undefined; readonly quality: QualityBook },
): Promise<0 | 1> {
  const { id, lots } = each.site
  const started = performance.now()
  const made = await each.issue({
    ...{ nowMs: clock.now(), pipeline: pipeline(), newestArrivalMs: newestMs },
    async pause() {
      signal.throwIfAborted()
      await setImmediate()
    },
  })
  if (!made) return 0
  const ms = Math.round(performance.now() - started)
  log.debug('a forecast was issued', { site: id, lots: lots.length, ms, ...made.took })
  await quality.nameModel(id, forecaster)
  onIssued(id, made.at)
  return made.isEmpty ? 0 : 1
}
