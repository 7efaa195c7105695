import { it } from 'node:test'
import { runClockSteps } from './clock-steps.ts'
import { runSeeds } from './run-seeds.ts'

it('keeps its order and what is young, wherever the wall clock goes', async (t) => {
  const { reached, firstSeed } = await runSeeds({ budgetMs: 700 }, runClockSteps)
  t.diagnostic(`clock: ${reached} steps from seed ${firstSeed}`)
})
