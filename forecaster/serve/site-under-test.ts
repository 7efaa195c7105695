/** Requests of a generated city, as the server would send them. */
import { fileURLToPath } from 'node:url'
import type { ForecastRequest } from '@baykeeper/contract/forecast.ts'
import { generatedCity } from '../data/city.ts'
import { defaultConfig, type ModelConfig } from '../model/config.ts'
import { newPredictor } from '../model/predictor.ts'
import { stored } from '../model/stored-tensors.ts'
import { ready } from '../model/tensor.ts'
import { initialParameters } from '../model/transformer.ts'
import { readTrees } from '../trees/trees-file.ts'
import { type Forecaster, type Loaded, newForecaster } from './forecasting.ts'

export const shippedTrees = fileURLToPath(new URL('../weights/trees.safetensors', import.meta.url))

export const tinyServed: ModelConfig = {
  ...defaultConfig([]),
  width: 8,
  heads: 2,
  layers: 1,
  hidden: 8,
  horizons: [1, 4, 16, 96],
  siteLots: 0,
  contextHidden: 0,
}

export async function forecasterUnderTest(
  series = 8,
  pairsMax = 200,
  changes: Partial<Loaded> = {},
): Promise<Forecaster> {
  await ready()
  const predictor = await newPredictor(tinyServed, await stored(initialParameters(tinyServed, 1)), series)
  const { grown: trees } = readTrees(shippedTrees)
  return newForecaster({
    predictor,
    horizons: tinyServed.horizons,
    lots: [],
    hash: 'test',
    pairsMax,
    trees,
    ...changes,
  })
}

/** In winter, so that local midnight is 23:00 UTC. */
const start = Date.parse('2026-01-04T23:00:00Z')
const stepMs = 15 * 60_000

export interface Shape {
  readonly lots?: number
  readonly days?: number
}

/** History up to noon of the last day, `now` a minute later. */
export function requestOf(
  { lots = 2, days = 40 }: Shape = {},
  changes: Partial<ForecastRequest> = {},
): ForecastRequest {
  const panel = generatedCity({ seed: 9, lots, days, from: '2026-01-05' })
  const steps = (days - 1) * 96 + 48
  const now = new Date(start + (steps - 1) * stepMs + 60_000).toISOString()
  return {
    type: 'forecast',
    id: '1',
    site: 'city',
    zone: 'Europe/Berlin',
    from: new Date(start).toISOString(),
    now,
    lots: panel.lots.map(({ id, capacity }, lot) => ({
      id,
      capacity,
      rates: Array.from({ length: steps }, (_, t) => {
        const rate = panel.rates[lot]?.[t] as number
        return Number.isNaN(rate) && t < steps - 1 ? null : rate || 0
      }),
    })),
    pipeline: { depth: 0, lag_s: 1, as_of: now, coverage: 1 },
    ...changes,
  }
}
