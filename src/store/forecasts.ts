/**
 * The part of the store contract that keeps forecasts: the newest of each site as pages show it, every origin as it was issued until it has
 * been scored for four weeks, the newest scoreboard, and the trainings. None of it is part of a batch: it follows the history and can be
 * made again.
 */

import type { TrainingState } from '@baykeeper/contract/vocabulary.ts'
import type { Instant } from '../lib/brand.ts'
import type { IssuedForecastRow, TrainingRow } from './tables/forecast.ts'

/** JSON of the time it was made at. */
export interface ForecastDocument {
  readonly at: Instant
  readonly document: string
}

export type TrainingChange = Partial<Omit<TrainingRow, 'id' | 'asked' | 'author'>>

export interface ForecastStore {
  /** The forecast of an origin, in place of what was issued for it before, and the document pages show; without one, what they show stays. */
  saveForecast(row: IssuedForecastRow, document?: string): Promise<void>
  shownForecast(site: string): Promise<ForecastDocument | undefined>
  /** By origin, `from` inclusive, `to` exclusive, oldest first; with `everyMs` those that are a multiple of it. */
  issuedForecasts(filter: {
    site: string
    from: Instant
    to: Instant
    everyMs?: number
    limit: number
  }): Promise<readonly IssuedForecastRow[]>
  saveForecastQuality(site: string, made: ForecastDocument): Promise<void>
  forecastQuality(site: string): Promise<ForecastDocument | undefined>
  /** Forecasts of origins before this one; returns how many are gone. */
  forgetForecasts(before: Instant): Promise<number>
  /** Newest arrival of any device; undefined before the first. */
  newestArrival(): Promise<Instant | undefined>

  /** A new one; returns its id. The oldest are forgotten, so that a hundred stay. */
  addTraining(training: Omit<TrainingRow, 'id'>): Promise<number>
  newestTraining(): Promise<TrainingRow | undefined>
  /** Only while it is in one of these states; true when it was. */
  changeTraining(id: number, from: readonly TrainingState[], change: TrainingChange): Promise<boolean>
}
