import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { tinyProblem } from '../model/tiny-under-test.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { lineOf } from './progress-printer.ts'
import { type Checkpoint, type Progress, type Trained, type TrainingOptions, train } from './training.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'forecaster-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const { config, source } = tinyProblem()
const options: TrainingOptions = {
  config,
  sources: [source],
  seed: 4,
  steps: 6,
  series: 8,
  learningRate: 5e-3,
  warmUpSteps: 3,
  strangerShare: 0.2,
}

let uninterrupted: Trained
before(async () => {
  uninterrupted = await train(options)
})

test('the same seed gives the same weights, another seed others', async () => {
  const [again, other] = [await train(options), await train({ ...options, seed: 5 })]
  assert.deepEqual(again.weights, uninterrupted.weights)
  assert.notDeepEqual(other.weights, again.weights)
})

test('a run cancelled and resumed from its checkpoint on disk ends bit for bit where an uninterrupted one ends', async () => {
  const cancelling = new AbortController()
  const kept: Checkpoint[] = []
  const cut = await train({
    ...options,
    signal: cancelling.signal,
    onCheckpoint: async (checkpoint) => void kept.push(checkpoint),
    check: {
      steps: 4,
      patience: 9,
      score: async () => {
        cancelling.abort()
        return 1
      },
    },
  })
  assert.ok(cut.cancelled)
  assert.equal(cut.steps, 4)
  const file = path.join(folder, 'checkpoint')
  const { best: _, ...checkpoint } = kept[0] as Checkpoint
  writeCheckpoint(file, checkpoint)
  const resumed = await train({ ...options, resume: readCheckpoint(file) })
  assert.deepEqual(resumed.weights, uninterrupted.weights)
})

test('training lowers the loss, and reports stage, speed and time left', async () => {
  const reports: Progress[] = []
  await train({ ...options, steps: 40, onProgress: (progress) => void reports.push(progress) })
  const losses = reports.filter(({ stage }) => stage === 'training').map(({ loss }) => loss)
  assert.equal(reports[0]?.stage, 'compiling')
  assert.equal(reports.at(-1)?.stage, 'done')
  assert.ok((losses.at(-1) as number) < (losses[0] as number), losses.join(' '))
  assert.ok(reports.some(({ etaSeconds, samplesPerSecond }) => etaSeconds > 0 && samplesPerSecond > 0))
})

test('training stops early when validation gets no better, and keeps the best weights', async () => {
  const scores = [3, 1, 2, 2, 2]
  let asked = 0
  const seen: unknown[] = []
  const { steps, weights } = await train({
    ...options,
    steps: 30,
    check: {
      steps: 2,
      patience: 2,
      score: async (own) => {
        seen.push(own)
        return scores[asked++] as number
      },
    },
  })
  assert.equal(steps, 8)
  assert.deepEqual(weights, seen[1])
})

test('the progress line shows stage, steps, loss and time left', () => {
  const line = lineOf({ stage: 'training', step: 50, steps: 100, loss: 0.2, samples_per_s: 900, eta_s: 65 })
  assert.match(line, /training █{12}░{12} 50\/100, loss 0\.2000, 900 samples\/s, 1:05 left/)
})
