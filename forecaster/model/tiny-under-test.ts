/** A problem small enough for tests: two lots, fifty days, a network of a few thousand weights. */
import { generatedCity } from '../data/city.ts'
import { stepsOf } from '../data/panel.ts'
import { fitAnchor } from '../features/anchor.ts'
import { seasonalOf } from '../features/anomaly.ts'
import { type View, viewOf } from '../features/view.ts'
import type { Source } from '../train/source.ts'
import { allParts, type ModelConfig } from './config.ts'

export interface Tiny {
  readonly config: ModelConfig
  readonly view: View
  readonly source: Source
}

export function tinyProblem(): Tiny {
  const panel = generatedCity({ seed: 2, lots: 2, days: 50 })
  const horizons = [1, 8]
  const lots = panel.lots.map(({ id }) => id)
  const seasonal = seasonalOf(panel)
  const to = stepsOf(panel) - 96
  const view = viewOf(seasonal, fitAnchor(seasonal, horizons, { from: 28 * 96, to }))
  const config: ModelConfig = {
    width: 8,
    heads: 2,
    layers: 1,
    hidden: 8,
    contextHidden: 4,
    horizons,
    lots,
    siteLots: 2,
    parts: allParts,
  }
  const source = { view, from: 0, to, lots: Int32Array.of(0, 1), share: 1, recency: 1 }
  return { config, view, source }
}
