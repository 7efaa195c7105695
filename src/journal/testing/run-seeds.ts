/** Runs a harness over one seed after the other until the time is up; each run returns how much it counts for. */
export interface SeedRun {
  readonly reached: number
  readonly firstSeed: number
}

/** A new seed each time, unless `SEED` names one: a failure prints its seed. */
const freshSeed = () => Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))

export async function runSeeds(
  options: { readonly budgetMs: number; readonly firstSeed?: number; readonly onProgress?: (reached: number) => void },
  run: (seed: number) => Promise<number>,
): Promise<SeedRun> {
  const { budgetMs, firstSeed = freshSeed(), onProgress } = options
  const until = performance.now() + budgetMs
  let reached = 0
  for (let seed = firstSeed; seed === firstSeed || performance.now() < until; seed++) {
    try {
      reached += await run(seed)
    } catch (error) {
      throw new SeedFailed(seed, reached, error as Error)
    }
    onProgress?.(reached)
  }
  return { reached, firstSeed }
}

export class SeedFailed extends Error {
  readonly seed: number
  readonly reached: number
  constructor(seed: number, reached: number, cause: Error) {
    super(`seed ${seed}: ${cause.message}`, { cause })
    this.seed = seed
    this.reached = reached
  }
}
