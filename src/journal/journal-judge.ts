/**
 * Runs the harnesses in turn for a while and exits 1 with what they found: what a planted bug is held against.
 * `node src/journal/journal-judge.ts [ms] [first seed]`
 */
import { runBitRot } from './bit-rot.ts'
import { runModel } from './model.ts'
import { runPowerLoss } from './power-loss.ts'
import { runSeeds, type SeedFailed } from './run-seeds.ts'

const [budgetMs = 2_000, firstSeed = 1] = process.argv.slice(2).map(Number)
try {
  await runSeeds({ budgetMs, firstSeed }, async (seed) => {
    await runPowerLoss(seed)
    await runBitRot(seed)
    await runModel(seed)
    return 1
  })
} catch (error) {
  console.log((error as SeedFailed).message.split('\n')[0])
  process.exit(1)
}
