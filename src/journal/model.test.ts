import { it } from 'node:test'
import { effort } from '../../test/fixtures/effort.ts'
import { runModel } from './testing/model.ts'
import { runSeeds } from './testing/run-seeds.ts'

it('answers like its memory twin, after any sequence of operations and faults', async (t) => {
  const { reached, firstSeed } = await runSeeds({ budgetMs: effort(1_500) }, async (seed) => {
    await runModel(seed)
    return 1
  })
  t.diagnostic(`model: ${reached} histories from seed ${firstSeed}`)
})
