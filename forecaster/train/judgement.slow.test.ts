/** The comparison that `train` reports: new weights against the initial ones, on held-out days. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { type TrainingProgress, trainingProgressSchema } from '@baykeeper/contract/forecast.ts'
import { stored } from '../model/stored-tensors.ts'
import { ready } from '../model/tensor.ts'
import { initialParameters } from '../model/transformer.ts'
import { writeModel } from '../model/weights-file.ts'
import { requestOf, tinyServed } from '../serve/site-under-test.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'forecaster-judged-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const inFolder = (name: string) => path.join(folder, name)
const days = 63

const heldOutDays = 7
const isFree = (day: number) => day >= days - heldOutDays || Math.floor(day / 7) % 2 === day % 2

/** `isLuring`: afternoons without school are fuller, until in the last days they are not: what learnt that they are has to unlearn it. */
function historyFile(name: string, isLuring: boolean): string {
  const { type: _, id: __, now: ___, pipeline: ____, lots, ...history } = requestOf({ lots: 2, days })
  const lured = (rate: number | null, t: number) => {
    const day = Math.floor(t / 96)
    const more = t % 96 < 48 ? 0 : day >= days - heldOutDays ? 0.1 : isFree(day) ? 0.2 : 0
    return Math.round(1e4 * (0.7 * (rate ?? 0) + more)) / 1e4
  }
  const sent = lots.map((lot) => ({ ...lot, rates: isLuring ? lot.rates.map(lured) : lot.rates }))
  const dates = Array.from({ length: days }, (_, day) => day)
    .filter((day) => isLuring && isFree(day))
    .map((day) => new Date(Date.parse(history.from) + (day + 0.5) * 86_400_000).toISOString().slice(0, 10))
  writeFileSync(inFolder(name), JSON.stringify({ ...history, lots: sent, school_holidays: dates }))
  return inFolder(name)
}

function train(data: string, { from, out, steps }: { from: string; out: string; steps: number }): TrainingProgress {
  const flags = Object.entries({ data, from: inFolder(from), out: inFolder(out), steps: String(steps) })
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(import.meta.dirname, '../main.ts'), 'train', ...flags.flatMap(([name, value]) => [`--${name}`, value])],
    { encoding: 'utf8' },
  )
  assert.equal(status, 0, stderr)
  return trainingProgressSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''))
}

test('weights that learnt are better than those they began with, weights that learnt what is no longer so are worse', async () => {
  await ready()
  writeModel(inFolder('drawn'), {
    ...{ config: tinyServed, tensors: await stored(initialParameters(tinyServed, 1)), dataHash: '', about: '' },
  })
  const learnt = train(historyFile('clean.json', false), { from: 'drawn', out: 'learnt', steps: 80 })
  assert.deepEqual([learnt.stage, learnt.held_out_days], ['done', 7])
  assert.ok((learnt.held_out as number) < (learnt.held_out_before as number), JSON.stringify(learnt))
  const spoilt = train(historyFile('luring.json', true), { from: 'learnt', out: 'spoilt', steps: 80 })
  assert.ok((spoilt.held_out as number) > (spoilt.held_out_before as number), JSON.stringify(spoilt))
})
