import { it } from 'node:test'
import { effort } from '../../test/fixtures/effort.ts'
import { runPowerLoss } from './testing/power-loss.ts'
import { runSeeds } from './testing/run-seeds.ts'

it('loses no acknowledged record and invents none, wherever the power is cut', async (t) => {
  const { reached, firstSeed } = await runSeeds({ budgetMs: effort(1_500) }, runPowerLoss)
  t.diagnostic(`power loss: ${reached} images from seed ${firstSeed}`)
})
