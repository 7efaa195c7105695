import { it } from 'node:test'
import { effort } from '../../test/fixtures/effort.ts'
import { runBitRot } from './testing/bit-rot.ts'
import { runSeeds } from './testing/run-seeds.ts'

it('reads all that was not touched, names what was, and gives no number twice', async (t) => {
  const { reached, firstSeed } = await runSeeds({ budgetMs: effort(1_500) }, runBitRot)
  t.diagnostic(`bit rot: ${reached} damaged journals from seed ${firstSeed}`)
})
