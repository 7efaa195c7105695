/** One step of AdamW with clipped gradients, and the running average of the weights that is served. */
import {
  type Inputs,
  mapTensors,
  minimum,
  refAll,
  scalar,
  sqrt,
  square,
  sumAll,
  type Tensor,
  type Tensors,
} from '../model/tensor.ts'

export interface Rates {
  readonly weightDecay: number
  readonly clip: number
}

/** State changed by a step. */
export interface Moving {
  readonly parameters: Tensors
  readonly first: Tensors
  readonly second: Tensors
  readonly average: Tensors
}

type Gradient = (parameters: Tensors, inputs: Inputs) => [Tensor, Tensors]

/** Written for `jit`: all arguments are tensors. `schedule`: learning rate, both bias corrections, decay of the average. */
export const adamStep =
  (gradient: Gradient, { weightDecay, clip }: Rates) =>
  (parameters: Tensors, first: Tensors, second: Tensors, average: Tensors, schedule: Inputs, inputs: Inputs) => {
    const { rate, firstCorrection, secondCorrection, decay } = schedule as Record<string, Tensor> as Record<
      'rate' | 'firstCorrection' | 'secondCorrection' | 'decay',
      Tensor
    >
    const [loss, raw] = gradient(refAll(parameters), inputs)
    const names = Object.keys(parameters)
    const norm = sqrt(names.map((name) => sumAll(square((raw[name] as Tensor).ref))).reduce((a, b) => a.add(b)))
    const shrink = minimum(scalar(1), scalar(clip).div(norm.add(1e-6)))
    const gradients = mapTensors((x) => x.mul(shrink.ref), raw)
    const newFirst = mapTensors((m, name) => m.mul(0.9).add((gradients[name] as Tensor).ref.mul(0.1)), first)
    const newSecond = mapTensors((v, name) => v.mul(0.999).add(square(gradients[name] as Tensor).mul(0.001)), second)
    const newParameters = mapTensors((p, name) => {
      const m = (newFirst[name] as Tensor).ref.mul(firstCorrection.ref)
      const v = (newSecond[name] as Tensor).ref.mul(secondCorrection.ref)
      const update = m.div(sqrt(v).add(1e-8))
      // Only matrices decay: biases, gains and embeddings of position have nothing to lose.
      const whole = p.shape.length === 2 ? update.add(p.ref.mul(weightDecay)) : update
      return p.sub(whole.mul(rate.ref))
    }, parameters)
    const newAverage = mapTensors(
      (e, name) => e.mul(decay.ref).add((newParameters[name] as Tensor).ref.mul(scalar(1).sub(decay.ref))),
      average,
    )
    return [loss, newParameters, newFirst, newSecond, newAverage] as const
  }
