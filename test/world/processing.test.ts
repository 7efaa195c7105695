import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge } from '../../src/simulator/world/judge.ts'
import { reports } from '../../src/simulator/world/reports.ts'
import { table } from '../../src/simulator/world/shrink.ts'
import { historiesTogether, judgeTogether } from './histories.ts'
import { observeProcessing } from './processing-server.ts'

/** The same in every run; the fault table plays fresh ones. */
const firstSeed = Number(process.env['SEED'] ?? 6_001)

test('processing distinguishes restarts, repetitions and late frames in 240 emulated histories, restarted on the way', async () => {
  for (let seed = firstSeed; seed < firstSeed + 240; seed += historiesTogether) {
    const [failure] = await judgeTogether(seed, historiesTogether)
    assert.equal(failure, undefined, `seed ${failure?.seed}\n${failure?.what}`)
  }
})

test('a restart whose numbers lie in holes that frames kept apart have left is unknown no longer than it must be', async () => {
  const [failure] = await judgeTogether(2_112_736_951, 1)
  assert.equal(failure, undefined, `${failure?.what}`)
})

for (const { what, url, history } of reports)
  test(`processing stands what was reported: ${what} (${url})`, async () => {
    assert.deepEqual(judge(history, await observeProcessing(history)), [], table(history))
  })
