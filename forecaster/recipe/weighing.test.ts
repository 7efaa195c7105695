import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forecastExperts } from '@baykeeper/contract/vocabulary.ts'
import { seededRandom } from '../data/random.ts'
import { levels } from '../scoring/quantiles.ts'
import { firstWeights } from './aggregation.ts'
import { type ExpertFans, weighed } from './weighing.ts'

const fan = (median: number, half: number) =>
  Float32Array.from(levels, (level) => Math.min(1, Math.max(0, median + 2 * half * (level - 0.5))))
const place = (name: (typeof forecastExperts)[number]) => forecastExperts.indexOf(name)
const first = firstWeights[0] as Float64Array

/** Rounds in which each expert is off by so much, always to the same side; `truth` wanders. Others sleep. */
function rounds(off: Readonly<Record<string, number>>, count = 400): ExpertFans[] {
  const random = seededRandom(5)
  return Array.from({ length: count }, () => {
    const truth = 0.3 + 0.4 * random()
    const fans = forecastExperts.map((name) =>
      off[name] === undefined ? undefined : fan(truth + off[name] + 0.02 * (random() - 0.5), 0.05),
    )
    return { fans, at: 0, truth, scale: 0.05 }
  })
}
const strength = 0.003

test('the expert that is right counts most, and those that are wrong hardly', () => {
  const weights = weighed(rounds({ network: 0.2, similar: 0.01, anchor: 0.15, last: 0.2 }), { first, strength })
  assert.ok((weights[place('similar')] as number) > 0.4, weights.join())
  for (const name of ['network', 'anchor', 'last'] as const)
    assert.ok((weights[place(name)] as number) < 0.05, `${name}: ${weights.join()}`)
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  assert.ok(Math.abs(whole - 1) < 1e-9)
})

test('two that err to opposite sides are mixed half and half, from any first guess', () => {
  const weights = weighed(rounds({ network: 0.1, trees: -0.1 }), { first, strength })
  const share =
    (weights[place('network')] as number) / ((weights[place('network')] ?? 0) + (weights[place('trees')] ?? 0))
  assert.ok(Math.abs(share - 0.5) < 0.06, weights.join())
})

test('an expert that counted little at first counts most where it is right', () => {
  const weights = weighed(rounds({ network: 0.1, similar: 0.1, anchor: 0.1, last: 0.1, trees: 0.1, course: 0 }), {
    first,
    strength,
  })
  assert.ok((weights[place('course')] as number) > 0.6, weights.join())
})

test('the first guess holds where nothing was forecast, and the stronger it is the more', () => {
  assert.deepEqual([...weighed([], { first, strength })], [...first])
  const away = (strength: number) => {
    const weights = weighed(rounds({ network: 0.1, similar: 0.02, trees: 0.05 }), { first, strength })
    return weights.reduce((sum, weight, e) => sum + Math.abs(weight - (first[e] as number)), 0)
  }
  assert.ok(away(1) < 0.5 * away(0.003), `${away(1)} against ${away(0.003)}`)
})
