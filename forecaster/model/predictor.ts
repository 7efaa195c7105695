/** A trained network put to use: batches of one padded size, so that its kernels are compiled once. */
import { type Batch, clearBatch, newBatch } from '../features/batch.ts'
import { fillSeries } from '../features/network-input.ts'
import type { View } from '../features/view.ts'
import { levels } from '../scoring/quantiles.ts'
import { leaveOut } from './ablated.ts'
import type { ModelConfig } from './config.ts'
import { inputsOf } from './loss.ts'
import { type StoredTensors, tensorsOf } from './stored-tensors.ts'
import { disposeAll, jit, ready, refAll, type Tensors, valuesOf } from './tensor.ts'
import { forward } from './transformer.ts'

export interface Asked {
  readonly lot: number
  readonly t: number
  /** Index of the lot's embedding, -1 for a stranger. */
  readonly embedding: number
}

export interface Predictor extends AsyncDisposable {
  /** Rates: quantiles of series i, horizon h from `(i * horizons + h) * 7`; NaN where the anchor is missing. */
  predict(view: View, asked: readonly Asked[]): Promise<Float32Array>
  /** Compiles its kernels, so that the first prediction does not. */
  warm(): Promise<void>
}

export const predictSeries = 352

export async function newPredictor(
  config: ModelConfig,
  weights: StoredTensors,
  series = predictSeries,
): Promise<Predictor> {
  await ready()
  const parameters: Tensors = tensorsOf(weights)
  const run = jit((p: Tensors, inputs: ReturnType<typeof inputsOf>) => forward(config, p, inputs))
  const batch = newBatch(series, config.horizons.length, config.siteLots)
  const width = config.horizons.length * levels.length
  const outputOf = async (lots: Int32Array) => valuesOf(run(refAll(parameters), inputsOf(config, batch, lots)))
  return {
    async warm() {
      clearBatch(batch)
      await outputOf(new Int32Array(series).fill(-1))
    },
    async predict(view, asked) {
      const out = new Float32Array(asked.length * width)
      for (let from = 0; from < asked.length; from += series) {
        const part = asked.slice(from, from + series)
        clearBatch(batch)
        const lots = new Int32Array(series).fill(-1)
        for (const [i, { lot, t, embedding }] of part.entries()) {
          fillSeries({ batch, view, series: i, lot, t, end: 0 })
          lots[i] = embedding
        }
        leaveOut(batch, config.parts)
        const normal = await outputOf(lots)
        toRates(batch, normal, out.subarray(from * width, (from + part.length) * width))
      }
      return out
    },
    async [Symbol.asyncDispose]() {
      disposeAll(parameters)
    },
  }
}

function toRates({ anchor, scale }: Batch, normal: Float32Array, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) {
    const cell = Math.floor(i / levels.length)
    const rate = (anchor[cell] as number) + (scale[cell] as number) * (normal[i] as number)
    out[i] = Math.min(1, Math.max(0, rate))
  }
}
