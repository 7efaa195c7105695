/**
 * Tensors, as much of them as the forecaster needs: the one file that knows the library underneath (jax-js, WebAssembly, one thread). Young,
 * therefore pinned, and checked by a numerical-gradient test.
 *
 * Ownership follows the library: an operation consumes its arguments. Use `.ref` to keep a tensor.
 */
import { valueAndGrad as gradientOf, init, jit as jitOf, nn, numpy as np, tree } from '@jax-js/jax'

export type Tensor = np.Array
/** Named tensors: parameters, gradients, moments. Flat, so that a file of weights is the same thing on disk. */
export type Tensors = { readonly [name: string]: Tensor }

let started: Promise<unknown> | undefined
/** Compiles the kernels' runtime; once per process. */
export const ready = (): Promise<unknown> => (started ??= init('wasm'))

/** Copies `values`: the caller may go on using its array. */
export const tensor = (values: Float32Array, shape: readonly number[]): Tensor =>
  np.array(values.slice(), { shape: [...shape] })
export const scalar = (value: number): Tensor => np.array(value)
export const valuesOf = async (x: Tensor): Promise<Float32Array> => (await x.data()) as Float32Array

export const linear = (x: Tensor, weights: Tensor): Tensor => {
  const shape = x.shape
  const width = weights.shape[1] as number
  return np.matmul(x.reshape([-1, shape.at(-1) as number]), weights).reshape([...shape.slice(0, -1), width])
}
export const matmul = (a: Tensor, b: Tensor): Tensor => np.matmul(a, b)
export const layerNorm = (x: Tensor, gain: Tensor, bias: Tensor): Tensor => nn.standardize(x, -1).mul(gain).add(bias)
export const standardize = (x: Tensor): Tensor => nn.standardize(x, -1)
export const relu = (x: Tensor): Tensor => nn.relu(x)
export const softplus = (x: Tensor): Tensor => nn.softplus(x)
export const softmax = (x: Tensor): Tensor => nn.softmax(x, -1)
export const maximum = (a: Tensor, b: Tensor): Tensor => np.maximum(a, b)
export const minimum = (a: Tensor, b: Tensor): Tensor => np.minimum(a, b)
export const square = (x: Tensor): Tensor => np.square(x)
export const sqrt = (x: Tensor): Tensor => np.sqrt(x)
export const sumAll = (x: Tensor): Tensor => np.sum(x)
export const sumLast = (x: Tensor): Tensor => np.sum(x, -1, { keepdims: true })
export const concatenate = (parts: readonly Tensor[], axis: number): Tensor => np.concatenate([...parts], axis)
export const split = (x: Tensor, parts: number, axis: number): Tensor[] => np.split(x, parts, axis)
export const zerosLike = (x: Tensor): Tensor => np.zerosLike(x)

export const mapTensors = (change: (x: Tensor, name: string) => Tensor, x: Tensors): Tensors =>
  Object.fromEntries(Object.entries(x).map(([name, value]) => [name, change(value, name)]))
export const refAll = (x: Tensors): Tensors => tree.ref(x)
export const disposeAll = (x: Tensors): void => tree.dispose(x)
export const sizeOf = (x: Tensors): number => Object.values(x).reduce((sum, { size }) => sum + size, 0)

/** Compiled once per shape of its arguments. */
export const jit = <
  Arguments extends readonly (Tensor | Tensors | Inputs)[],
  Result extends Tensor | Tensors | Stepped,
>(
  run: (...args: Arguments) => Result,
): ((...args: Arguments) => Result) => jitOf(run as never) as never

export type Inputs = { readonly [name: string]: Tensor }
export type Stepped = readonly (Tensor | Tensors)[]

export const valueAndGradient = (
  loss: (parameters: Tensors, inputs: Inputs) => Tensor,
): ((parameters: Tensors, inputs: Inputs) => [Tensor, Tensors]) => gradientOf(loss as never) as never
