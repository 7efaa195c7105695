import { it } from 'node:test'
import { runDeskPowerLoss } from '../testing/desk-power-loss.ts'
import { runSeeds } from '../testing/run-seeds.ts'

it('has a copy of every acknowledged change, and of nothing else, wherever the power is cut', async (t) => {
  const { reached, firstSeed } = await runSeeds({ budgetMs: 1_500 }, runDeskPowerLoss)
  t.diagnostic(`power loss with the second journal: ${reached} images from seed ${firstSeed}`)
})
