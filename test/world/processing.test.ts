import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge } from '../../src/simulator/world/judge.ts'
import { reports } from '../../src/simulator/world/reports.ts'
import { table } from '../../src/simulator/world/shrink.ts'
import { twoTruths } from '../../src/simulator/world/two-truths.ts'
import { effort } from '../fixtures/effort.ts'
import { historiesTogether, judgeTogether } from './histories.ts'
import { observeProcessing } from './processing-server.ts'

/** The same in every run; the fault table plays fresh ones. */
const firstSeed = Number(process.env['SEED'] ?? 6_001)

const count = effort(240)

test(`processing distinguishes restarts, repetitions and late frames in ${count} emulated histories, restarted on the way`, async () => {
  for (let seed = firstSeed; seed < firstSeed + count; seed += historiesTogether) {
    const [failure] = await judgeTogether(seed, historiesTogether)
    assert.equal(failure, undefined, `seed ${failure?.seed}\n${failure?.what}`)
  }
})

/** Fresh histories that failed once; `count`: it showed only with those beside it. */
const found: readonly { readonly what: string; readonly seed: number; readonly count?: number }[] = [
  {
    what: 'a restart whose numbers lie in holes that frames kept apart have left is unknown no longer than it must be',
    seed: 2_112_736_951,
  },
  { what: 'a late frame that comes twice looks like the second one of a new boot', seed: 252_398_109 },
  { what: 'so does one whose clock is believed only when it is sent again', seed: 700_008_174 },
  { what: 'and one of a connection that begins with a frame whose clock is believed', seed: 910_016_283 },
  { what: 'the next number behind a repeated run equals one of hours before', seed: 252_402_252 },
  { what: 'and so does it behind everything again', seed: 252_403_286 },
  { what: 'and four of them, behind a run whose end equals the lap before too', seed: 1_849 },
  { what: 'numbers that equal the lap before are repeated with the rest of their lap', seed: 700_006_730 },
  { what: 'taken and free alternate through two laps with lost numbers', seed: 700_009_864, count: historiesTogether },
  { what: 'a frame overtakes the first one of its lap', seed: 700_005_932 },
  {
    what: 'a lap with lost numbers at its begin equals the lap before',
    seed: 600_007_440,
    count: historiesTogether,
  },
  { what: 'a stay whose sensor flaps hides others', seed: 1_172_196_769, count: historiesTogether },
]

for (const { what, seed, count = 1 } of found)
  test(`processing stands what fresh histories showed: ${what} (seed ${seed})`, async () => {
    const [failure] = await judgeTogether(seed, count)
    assert.equal(failure, undefined, `${failure?.what}`)
  })

for (const { what, truths } of twoTruths)
  test(`processing is not sure of what two truths leave open: ${what}`, async () => {
    for (const history of truths) {
      const observed = await observeProcessing(history)
      assert.deepEqual(judge(history, observed), [], table(history))
      assert.equal(observed.shown.at(-1), null)
    }
  })

for (const { what, url, history } of reports)
  test(`processing stands what was reported: ${what} (${url})`, async () => {
    assert.deepEqual(judge(history, await observeProcessing(history)), [], table(history))
  })
