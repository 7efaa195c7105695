/** Pinball loss in rate over the anchor's own error, so that every horizon has the same weight; and the optimizer step. */

import type { Batch } from '../features/batch.ts'
import { sizes } from '../features/batch.ts'
import { levels } from '../scoring/quantiles.ts'
import type { ModelConfig } from './config.ts'
import { type Inputs, maximum, sumAll, type Tensor, type Tensors, tensor } from './tensor.ts'
import { forward } from './transformer.ts'

/** Tensors of a batch. `lots`: for each series the index of its embedding, or -1 for a stranger. */
export function inputsOf(config: ModelConfig, batch: Batch, lots: Int32Array): Inputs {
  const { series, horizons } = batch
  const oneHot = new Float32Array(series * Math.max(1, config.lots.length))
  for (let i = 0; i < series; i++) {
    const lot = lots[i] as number
    if (lot >= 0) oneHot[i * config.lots.length + lot] = 1
  }
  return {
    patches: tensor(batch.patches, [series, sizes.patches, sizes.patch]),
    days: tensor(batch.days, [series, sizes.days, sizes.day]),
    query: tensor(batch.query, [series, horizons, sizes.query]),
    mix: tensor(batch.mix, [series, horizons, sizes.candidates]),
    site: tensor(batch.site.length > 0 ? batch.site : new Float32Array(series), [
      series,
      Math.max(1, batch.siteLots * sizes.site),
    ]),
    lot: tensor(oneHot, [series, Math.max(1, config.lots.length)]),
  }
}

/** Adds the truth; `sigma` by horizon. */
export function taughtInputsOf(inputs: Inputs, batch: Batch, sigma: readonly number[]): Inputs {
  const { series, horizons } = batch
  const cells = series * horizons
  const residual = new Float32Array(cells)
  const weight = new Float32Array(cells)
  for (let i = 0; i < cells; i++) {
    const scale = batch.scale[i] as number
    residual[i] = ((batch.target[i] as number) - (batch.anchor[i] as number)) / scale
    if (batch.weight[i] === 0) residual[i] = 0
    weight[i] = ((batch.weight[i] as number) * scale) / (sigma[i % horizons] as number)
  }
  return {
    ...inputs,
    residual: tensor(residual, [series, horizons, 1]),
    weight: tensor(weight, [series, horizons, 1]),
  }
}

export const lossOf =
  (config: ModelConfig) =>
  (parameters: Tensors, inputs: Inputs): Tensor => {
    const { residual, weight, ...seen } = inputs as Inputs & { residual: Tensor; weight: Tensor }
    const [series, horizons] = residual.shape as [number, number]
    const miss = residual.sub(forward(config, parameters, seen))
    const above = tensor(Float32Array.from(levels), [1, 1, levels.length])
    const below = tensor(
      Float32Array.from(levels, (level) => level - 1),
      [1, 1, levels.length],
    )
    const pinball = maximum(miss.ref.mul(above), miss.mul(below))
    return sumAll(pinball.mul(weight)).div(series * horizons * levels.length)
  }
