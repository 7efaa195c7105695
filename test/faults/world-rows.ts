/** Emulated boards whose truth is known: what processing makes of their frames is judged. */
import { historiesTogether, judgeTogether } from '../world/histories.ts'
import type { FaultFailure, FaultRow } from './fault-row.ts'

const failuresMax = 5

export const historiesRow: FaultRow = {
  name: 'histories',
  full: 100_000,
  long: 5_000_000,
  unit: 'histories of emulated boards',
  weight: 2,
  passesWhen:
    'the state shown is the truth or unknown, and not unknown for ever; each reading is stored once, each repetition counted, losses are exact or not certain',
  async run({ budgetMs, firstSeed, onProgress }) {
    const until = performance.now() + budgetMs
    const failures: FaultFailure[] = []
    let reached = 0
    for (let seed = firstSeed; seed === firstSeed || performance.now() < until; seed += historiesTogether) {
      failures.push(...(await judgeTogether(seed, historiesTogether)))
      reached += historiesTogether
      onProgress?.(reached)
      if (failures.length >= failuresMax) break
    }
    return { reached, failures }
  },
}
