/**
 * Runs the harnesses in turn for a while and exits 1 with what they found: what a planted bug is held against.
 * `node src/journal/testing/journal-judge.ts [ms] [first seed] [harness]`
 */
import { runBitRot } from './bit-rot.ts'
import { runClockSteps } from './clock-steps.ts'
import { runDeskPowerLoss } from './desk-power-loss.ts'
import { runDiskFull } from './disk-full.ts'
import { runModel } from './model.ts'
import { runPowerLoss } from './power-loss.ts'
import { runSeeds, type SeedFailed } from './run-seeds.ts'

const harnesses = {
  power: runPowerLoss,
  rot: runBitRot,
  full: runDiskFull,
  model: runModel,
  clock: runClockSteps,
  desk: runDeskPowerLoss,
}
const [budgetMs = '2000', firstSeed = '1', only] = process.argv.slice(2)
const chosen = Object.entries(harnesses).filter(([name]) => only === undefined || name === only)
try {
  await runSeeds({ budgetMs: Number(budgetMs), firstSeed: Number(firstSeed) }, async (seed) => {
    for (const [, run] of chosen) await run(seed)
    return 1
  })
} catch (error) {
  console.log((error as SeedFailed).message.split('\n')[0])
  process.exit(1)
}
