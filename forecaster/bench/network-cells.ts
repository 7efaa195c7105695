/** The network's quantiles for every cell of a window: one array per horizon, seven numbers a cell, NaN where it was not asked. */
import type { View } from '../features/view.ts'
import type { Predictor } from '../model/predictor.ts'
import { levels } from '../scoring/quantiles.ts'
import type { Window } from './pairs.ts'

export interface WindowOptions extends Window {
  /** Every how many origins; 1 for all. */
  readonly stride: number
  /** Embedding of each lot of the panel. */
  readonly embeddings: Int32Array
}

/** Origins a call, so that memory stays bounded. */
const chunkOrigins = 256

/** Fills the cells of origins in [options.from, options.to) into arrays that begin at `window.from`. */
export async function fillNetworkCells({
  predictor,
  view,
  out,
  options: { from, to, stride, embeddings },
  window,
}: {
  readonly predictor: Predictor
  readonly view: View
  readonly out: readonly Float32Array[]
  readonly options: WindowOptions
  readonly window: Window
}): Promise<void> {
  const lots = view.seasonal.panel.lots.length
  const horizons = view.anchor.horizons.length
  for (let start = from; start < to; start += chunkOrigins * stride) {
    const asked = []
    for (let t = start; t < Math.min(to, start + chunkOrigins * stride); t += stride)
      for (let lot = 0; lot < lots; lot++) asked.push({ lot, t, embedding: embeddings[lot] as number })
    const quantiles = await predictor.predict(view, asked)
    for (const [i, { lot, t }] of asked.entries())
      for (let h = 0; h < horizons; h++) {
        const at = (i * horizons + h) * levels.length
        const cell = (t - window.from) * lots + lot
        ;(out[h] as Float32Array).set(quantiles.subarray(at, at + levels.length), cell * levels.length)
      }
  }
}
