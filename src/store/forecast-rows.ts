/** From forecasts and trainings to what a row holds, and back. */

import type { TrainingState } from '@baykeeper/contract/vocabulary.ts'
import type { Instant } from '../lib/brand.ts'
import type { TrainingRow } from './forecasts.ts'

export interface ForecastTables {
  forecast_shown: { site: string; issued: number; document: string }
  forecast_issued: { site: string; origin: number; issued: number; model: string; head: string; body: Uint8Array }
  forecast_quality: { site: string; scored: number; document: string }
  training: {
    id: number
    asked: number
    author: string
    state: string
    started: number | null
    ended: number | null
    beat: number
    progress: string | null
    detail: string
  }
}

export const issuedColumns = ['site', 'origin', 'issued', 'model', 'head', 'body'] as const
export const trainingColumns = [
  ...(['id', 'asked', 'author', 'state', 'started', 'ended', 'beat', 'progress', 'detail'] as const),
] as const

export const toTraining = (row: ForecastTables['training']): TrainingRow => ({
  id: row.id,
  asked: row.asked as Instant,
  author: row.author,
  state: row.state as TrainingState,
  started: row.started as Instant | null,
  ended: row.ended as Instant | null,
  beat: row.beat as Instant,
  progress: row.progress,
  detail: row.detail,
})
