/**
 * The network: a query for every horizon reads, by cross-attention, the patches of the last day and the past days around this time of day.
 * Its output is monotone quantiles of the residual over the anchor, in units of the scale, plus a gated sum of candidate forecasts.
 *
 * Pre-norm, no dropout (it hurt on validation), the lot's embedding added to queries and tokens. The flat context (all lots of the site, and
 * the lot's own day once more) is one vector added to every query.
 */
import { gaussian, seededRandom } from '../data/random.ts'
import { sizes } from '../features/batch.ts'
import { levels } from '../scoring/quantiles.ts'
import { contextWidth, type ModelConfig } from './config.ts'
import {
  concatenate,
  type Inputs,
  layerNorm,
  linear,
  matmul,
  relu,
  softmax,
  softplus,
  split,
  standardize,
  sumLast,
  type Tensor,
  type Tensors,
  tensor,
} from './tensor.ts'

const quantiles = levels.length

export type Keep = (x: Tensor) => Tensor

/** Same seed, same numbers. */
export function initialParameters(config: ModelConfig, seed: number): Tensors {
  const random = seededRandom(seed)
  const { width, hidden, layers, lots, parts } = config
  const out: Record<string, Tensor> = {}
  const filled = (name: string, shape: number[], value: number) => {
    out[name] = tensor(new Float32Array(product(shape)).fill(value), shape)
  }
  const drawn = (name: string, shape: number[], deviation: number) => {
    out[name] = tensor(
      Float32Array.from({ length: product(shape) }, () => deviation * gaussian(random)),
      shape,
    )
  }
  const weights = (name: string, from: number, to: number, gain = 1) => drawn(name, [from, to], gain / Math.sqrt(from))
  const norm = (name: string) => {
    filled(`${name}.gain`, [width], 1)
    filled(`${name}.bias`, [width], 0)
  }
  const embedding = (name: string, from: number, middle = width) => {
    weights(`${name}.in`, from, middle)
    filled(`${name}.bias`, [middle], 0)
    weights(`${name}.out`, middle, width)
  }
  embedding('query', sizes.query)
  drawn('lot.query', [Math.max(1, lots.length), width], 0.1)
  drawn('lot.token', [Math.max(1, lots.length), width], 0.1)
  if (config.contextHidden > 0) embedding('context', contextWidth(config), config.contextHidden)
  const tokens = (name: string, from: number) => {
    weights(`${name}.in`, from, width)
    filled(`${name}.bias`, [width], 0)
  }
  if (parts.patches) {
    tokens('patch', sizes.patch)
    drawn('patch.position', [1, sizes.patches, width], 0.1)
  }
  if (parts.days) {
    tokens('day', sizes.day)
    drawn('day.position', [1, sizes.days, width], 0.1)
  }
  if (parts.patches || parts.days) weights('token.pairs', width, 2 * width)
  for (let layer = 0; layer < layers; layer++) {
    const name = `layer.${layer}`
    if (parts.patches || parts.days) {
      norm(`${name}.attend`)
      weights(`${name}.attend.query`, width, width)
      weights(`${name}.attend.out`, width, width, 0.5)
    }
    norm(`${name}.feed`)
    weights(`${name}.feed.in`, width, hidden)
    filled(`${name}.feed.inner`, [hidden], 0)
    weights(`${name}.feed.out`, hidden, width, 0.5)
    filled(`${name}.feed.outer`, [width], 0)
  }
  norm('last')
  weights('head.weights', width, quantiles, 0.1)
  out['head.bias'] = tensor(
    Float32Array.from({ length: quantiles }, (_, i) => (i === 0 ? 0 : 0.2)),
    [quantiles],
  )
  if (parts.mixing) {
    weights('mix.weights', width, sizes.candidates, 0.02)
    filled('mix.bias', [sizes.candidates], 0)
  }
  return out
}

const product = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1)

/** A parameter by name, consumed by the caller. Each is requested once, except those kept with `ref`. */
const take = (parameters: Tensors, name: string): Tensor => {
  const found = parameters[name]
  if (!found) throw new Error(`the weights have no ${name}`)
  return found
}

const embed = (p: Tensors, name: string, x: Tensor): Tensor =>
  linear(relu(linear(x, take(p, `${name}.in`)).add(take(p, `${name}.bias`))), take(p, `${name}.out`))

/**
 * Normalised quantiles [series, horizons, 7], ascending. `inputs`: patches [series, 12, 12], days, query, mix, site (flat), lot (one-hot).
 * Uses up both. `keep` is shown what is better computed once and stored than again for each of its uses.
 */
export function forward(config: ModelConfig, p: Tensors, inputs: Inputs, keep: Keep = (x) => x): Tensor {
  const { width, layers, parts } = config
  const { patches, days, query, mix, site, lot } = inputs as Record<string, Tensor> & typeof inputs
  const given = { patches, days, query, mix, site, lot } as Record<
    'patches' | 'days' | 'query' | 'mix' | 'site' | 'lot',
    Tensor
  >
  const series = given.query.shape[0] as number
  const horizons = config.horizons.length
  let h = embed(p, 'query', given.query).add(linear(given.lot.ref, take(p, 'lot.query')).reshape([series, 1, width]))
  if (config.contextHidden > 0) {
    const flat = [given.patches.ref.reshape([series, -1]), given.days.ref.reshape([series, -1])]
    if (config.siteLots > 0) flat.push(given.site)
    else given.site.dispose()
    h = h.add(embed(p, 'context', concatenate(flat, 1)).reshape([series, 1, width]))
  } else given.site.dispose()
  const tokens = tokensOf(config, p, given, keep)
  for (let layer = 0; layer < layers; layer++) {
    const name = `layer.${layer}`
    if (tokens) {
      const normal = keep(layerNorm(h.ref, take(p, `${name}.attend.gain`), take(p, `${name}.attend.bias`)))
      const asked = linear(normal, take(p, `${name}.attend.query`))
      const read = attend(config, asked, layer < layers - 1 ? tokens.ref : tokens, keep)
      h = h.add(linear(read, take(p, `${name}.attend.out`)))
    }
    const normal = keep(layerNorm(h.ref, take(p, `${name}.feed.gain`), take(p, `${name}.feed.bias`)))
    const inner = keep(relu(linear(normal, take(p, `${name}.feed.in`)).add(take(p, `${name}.feed.inner`))))
    h = h.add(linear(inner, take(p, `${name}.feed.out`)).add(take(p, `${name}.feed.outer`)))
  }
  const last = keep(layerNorm(h, take(p, 'last.gain'), take(p, 'last.bias')))
  const raw = linear(parts.mixing ? last.ref : last, take(p, 'head.weights')).add(take(p, 'head.bias'))
  const out = monotone(raw)
  if (!parts.mixing) {
    given.mix.dispose()
    return out.reshape([series, horizons, quantiles])
  }
  const gates = linear(last, take(p, 'mix.weights')).add(take(p, 'mix.bias'))
  return out.add(sumLast(gates.mul(given.mix)))
}

/** Keys and values of all tokens, once for all layers: a pair per layer would cost half a forward pass more. */
function tokensOf(
  { parts, width }: ModelConfig,
  p: Tensors,
  given: Record<'patches' | 'days' | 'lot', Tensor>,
  keep: Keep,
): Tensor | undefined {
  const list: Tensor[] = []
  const series = given.lot.shape[0] as number
  const token = (name: string, x: Tensor) =>
    relu(linear(x, take(p, `${name}.in`)).add(take(p, `${name}.bias`))).add(take(p, `${name}.position`))
  if (parts.patches) list.push(token('patch', given.patches))
  else given.patches.dispose()
  if (parts.days) list.push(token('day', given.days))
  else given.days.dispose()
  const lot = linear(given.lot, take(p, 'lot.token')).reshape([series, 1, width])
  if (list.length === 0) {
    lot.dispose()
    return undefined
  }
  const tokens = (list.length > 1 ? concatenate(list, 1) : (list[0] as Tensor)).add(lot)
  return linear(keep(standardize(tokens)), take(p, 'token.pairs'))
}

/** `asked` [series, horizons, width] over `pairs` [series, tokens, 2 x width]. */
function attend({ width, heads }: ModelConfig, asked: Tensor, pairs: Tensor, keep: Keep): Tensor {
  const [series, rows] = asked.shape as [number, number]
  const tokens = pairs.shape[1] as number
  const each = width / heads
  const q = asked
    .reshape([series, rows, heads, each])
    .transpose([0, 2, 1, 3])
    .reshape([series * heads, rows, each])
  const stacked = pairs.reshape([series, tokens, 2, heads, each]).transpose([2, 0, 3, 1, 4])
  const [k, v] = split(stacked, 2, 0).map((x) => x.reshape([series * heads, tokens, each])) as [Tensor, Tensor]
  const weights = keep(softmax(matmul(q, k.transpose([0, 2, 1])).mul(1 / Math.sqrt(each))))
  return matmul(weights, v).reshape([series, heads, rows, each]).transpose([0, 2, 1, 3]).reshape([series, rows, width])
}

/** Raw column 0 is the median; 1..3 are steps up, 4..6 steps down, made positive. Rows of the matrix say which quantiles a step moves. */
const steps = Float32Array.from(
  [
    [1, 1, 1, 1, 1, 1, 1],
    [0, 0, 0, 0, 1, 1, 1],
    [0, 0, 0, 0, 0, 1, 1],
    [0, 0, 0, 0, 0, 0, 1],
    [-1, -1, -1, 0, 0, 0, 0],
    [-1, -1, 0, 0, 0, 0, 0],
    [-1, 0, 0, 0, 0, 0, 0],
  ].flat(),
)

function monotone(raw: Tensor): Tensor {
  const median = tensor(Float32Array.of(1, 0, 0, 0, 0, 0, 0), [1, 1, quantiles])
  const rest = tensor(Float32Array.of(0, 1, 1, 1, 1, 1, 1), [1, 1, quantiles])
  return linear(raw.ref.mul(median).add(softplus(raw).mul(rest)), tensor(steps, [quantiles, quantiles]))
}
