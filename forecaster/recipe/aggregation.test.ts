import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forecastExperts } from '@baykeeper/contract/vocabulary.ts'
import { seededRandom } from '../data/random.ts'
import { levels } from '../scoring/quantiles.ts'
import { bandHours, learn, mixed, newBandState, newLesson, takeIn, weightsAt, weightsOf } from './aggregation.ts'

const fan = (median: number, half: number) =>
  Float32Array.from(levels, (level) => Math.min(1, Math.max(0, median + 2 * half * (level - 0.5))))
const place = (name: (typeof forecastExperts)[number]) => forecastExperts.indexOf(name)

/** Rounds in which each expert is off by so much, always to the same side; `truth` wanders. */
function taught(off: Readonly<Record<string, number>>, rounds = 200) {
  const state = newBandState()
  const random = seededRandom(5)
  const mix = new Float32Array(levels.length)
  for (let round = 0; round < rounds; round++) {
    const truth = 0.3 + 0.4 * random()
    const fans = forecastExperts.map((name) =>
      off[name] === undefined ? undefined : fan(truth + off[name] + 0.02 * (random() - 0.5), 0.05),
    )
    mixed(fans, weightsOf(state, 0), { at: 0, out: mix })
    const lesson = newLesson()
    learn(lesson, fans, { at: 0, said: mix, truth, scale: 0.05 })
    takeIn(state, lesson)
  }
  return weightsOf(state, 0)
}

test('the expert that is right counts most, one that is wrong hardly, and one that never spoke not at all', () => {
  const weights = taught({ network: 0.2, similar: 0.01, anchor: 0.15, last: 0.2 })
  assert.ok((weights[place('similar')] as number) > 0.7, weights.join())
  assert.ok((weights[place('network')] as number) < 0.1, weights.join())
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  assert.ok(Math.abs(whole - 1) < 1e-9)
})

test('two that err to opposite sides are mixed, which is better than either', () => {
  const weights = taught({ network: 0.1, similar: -0.1 })
  const [network, similar] = [weights[place('network')] as number, weights[place('similar')] as number]
  assert.ok(Math.abs(network - similar) < 0.15, weights.join())
})

test('before anything was learnt the usual weights hold, and those of the silent go to the others', () => {
  const out = new Float32Array(levels.length)
  const fans = forecastExperts.map((name) => (name === 'last' ? fan(0.5, 0.1) : undefined))
  assert.deepEqual([...(mixed(fans, weightsOf(undefined, 4), { at: 0, out }) ?? [])], [0, 0, 0, 1, 0])
  assert.equal(
    mixed(
      fans.map(() => undefined),
      weightsOf(undefined, 0),
      { at: 0, out },
    ),
    undefined,
  )
})

test('weights go from band to band without a step', () => {
  const bands = bandHours.map((_, band) => Float64Array.from(forecastExperts, (_, e) => (e === band % 2 ? 1 : 0)))
  let before = weightsAt(bands, 0.25)
  for (let hours = 0.25; hours <= 24; hours *= 1.02) {
    const now = weightsAt(bands, hours)
    assert.ok(
      now.every((weight, e) => Math.abs(weight - (before[e] as number)) < 0.05),
      `${hours} h`,
    )
    before = now
  }
})
