/** Runs the two harnesses for a while and exits 1 with what they found: what a planted bug is held against. */
import { runBitRot } from './bit-rot.ts'
import { runPowerLoss } from './power-loss.ts'

const budgetMs = Number(process.argv[2] ?? 2_000)
const until = performance.now() + budgetMs
let seed = Number(process.argv[3] ?? 1)
try {
  for (; performance.now() < until; seed++) {
    await runPowerLoss({ seed, faults: seed % 2 === 0 })
    await runBitRot(seed)
  }
} catch (error) {
  console.log(`seed ${seed}: ${(error as Error).message.split('\n')[0]}`)
  process.exit(1)
}
