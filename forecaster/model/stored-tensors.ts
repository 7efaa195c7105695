/** Weights outside the tensor library: names, shapes, numbers. */
import { type Tensor, type Tensors, tensor, valuesOf } from './tensor.ts'

export interface StoredTensor {
  readonly shape: readonly number[]
  readonly values: Float32Array
}
export type StoredTensors = { readonly [name: string]: StoredTensor }

/** Reads without using up. */
export async function stored(tensors: Tensors): Promise<StoredTensors> {
  const out: Record<string, StoredTensor> = {}
  for (const [name, x] of Object.entries(tensors)) {
    const shape = [...x.shape]
    out[name] = { shape, values: (await valuesOf(x.ref)).slice() }
  }
  return out
}

export const tensorsOf = (stored: StoredTensors): Tensors =>
  Object.fromEntries(
    Object.entries(stored).map(([name, { shape, values }]): [string, Tensor] => [name, tensor(values, shape)]),
  )

export const parametersOf = (stored: StoredTensors): number =>
  Object.values(stored).reduce((sum, { values }) => sum + values.length, 0)
