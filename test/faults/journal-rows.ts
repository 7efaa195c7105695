/** Faults of the journal: on a disk in memory whose power, room and bytes can be taken away, and with real processes for its lock. */
import { runBitRot } from '../../src/journal/testing/bit-rot.ts'
import { runClockSteps } from '../../src/journal/testing/clock-steps.ts'
import { runDeskPowerLoss } from '../../src/journal/testing/desk-power-loss.ts'
import { runDiskFull } from '../../src/journal/testing/disk-full.ts'
import { runModel } from '../../src/journal/testing/model.ts'
import { runPowerLoss } from '../../src/journal/testing/power-loss.ts'
import { runSeeds, SeedFailed } from '../../src/journal/testing/run-seeds.ts'
import { runTwoInstances } from '../../src/journal/testing/two-instances.ts'
import type { FaultFailure, FaultRow, FaultRunOptions, FaultRunResult } from './fault-row.ts'

const failuresMax = 5
const progressEveryMs = 500

export const journalRows: readonly FaultRow[] = [
  {
    name: 'power loss',
    full: 200_000,
    long: 20_000_000,
    unit: 'images of the disk, three generations deep',
    passesWhen:
      'no accepted record is lost, none is invented or altered, none that was refused for want of room returns',
    weight: 3,
    run: bySeeds(runPowerLoss),
  },
  {
    name: 'power loss with the second journal',
    full: 20_000,
    long: 2_000_000,
    unit: 'images of the disk, three generations deep',
    passesWhen: 'every acknowledged change made by a person has one copy in desk/, in order, and nothing else has one',
    run: bySeeds(runDeskPowerLoss),
  },
  {
    name: 'journal model',
    full: 5_000,
    long: 200_000,
    unit: 'histories',
    passesWhen:
      'through append, read, seal, retain, crash, reopen, disk full, failed sync and a flipped bit it answers like the model',
    run: bySeeds((seed) => runModel(seed).then(() => 1)),
  },
  {
    name: 'disk full',
    full: 2_000,
    long: 65_536,
    unit: 'byte offsets at which the disk was full',
    passesWhen: 'what was accepted is intact, what was refused stays away, and the journal recovers alone',
    weight: 0.5,
    run: bySeeds(runDiskFull),
  },
  {
    name: 'bit rot',
    full: 50_000,
    long: 8_000_000,
    unit: 'damaged journals',
    passesWhen: 'at most the damaged records are lost, each lost range is named exactly, opening never throws',
    weight: 2,
    run: bySeeds(runBitRot),
  },
  {
    name: 'two instances',
    full: 200,
    long: 5_000,
    unit: 'races of real processes',
    passesWhen: 'one writer ever, fences only grow, a killed winner leaves the journal free',
    run: inTime(runTwoInstances),
  },
  {
    name: 'clock steps',
    full: 1_000,
    long: 100_000,
    unit: 'steps of the wall clock',
    passesWhen: 'order is kept, and retention removes nothing that is young or not released because of a step',
    weight: 0.5,
    run: bySeeds(runClockSteps),
  },
]

/** One seed after the other; a failure is noted and the next seed follows. */
function bySeeds(run: (seed: number) => Promise<number>) {
  return inTime((options) => runSeeds(options, run).then(({ reached }) => reached))
}

type Runner = (options: FaultRunOptions) => Promise<number>

function inTime(run: Runner): FaultRow['run'] {
  return async ({ budgetMs, firstSeed, onProgress }): Promise<FaultRunResult> => {
    const until = performance.now() + budgetMs
    const failures: FaultFailure[] = []
    let reached = 0
    let reportedAt = 0
    const reportProgress = (count: number) => {
      if (performance.now() - reportedAt < progressEveryMs) return
      reportedAt = performance.now()
      onProgress?.(reached + count)
    }
    let seed = firstSeed
    do {
      try {
        reached += await run({ budgetMs: until - performance.now(), firstSeed: seed, onProgress: reportProgress })
      } catch (error) {
        const failed = error instanceof SeedFailed ? error : new SeedFailed(seed, 0, error as Error)
        reached += failed.reached
        failures.push({ seed: failed.seed, what: stackOf(failed.cause as Error) })
        seed = failed.seed + 1
      }
    } while (failures.length > 0 && failures.length < failuresMax && performance.now() < until)
    return { reached, failures }
  }
}

const stackOf = (error: Error) => error.stack ?? String(error)
