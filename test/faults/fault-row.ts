/** One row of the fault table: a kind of fault, how often it is to be survived, and how to try it. */
export interface FaultRow {
  readonly name: string
  /** Count that `npm run torture -- --hours 1` reaches, and the goal of more hours. */
  readonly full: number
  readonly long: number
  /** Unit of the count: images, kills, inputs. */
  readonly unit: string
  readonly passesWhen: string
  /** Measures times or uses the whole machine: nothing else runs at the same time. */
  readonly alone?: boolean
  /** Its part of the time when time is short; 1 without it. */
  readonly weight?: number
  run(options: FaultRunOptions): Promise<FaultRunResult>
}

export interface FaultRunOptions {
  readonly budgetMs: number
  /** Seeds are taken from here upwards, so that a failure is found again. */
  readonly firstSeed: number
  onProgress?(reached: number): void
}

export interface FaultRunResult {
  readonly reached: number
  readonly failures: readonly FaultFailure[]
  readonly note?: string
  /** Why it could not run here: a part that is missing, named with what would add it. */
  readonly skipped?: string
}

export interface FaultFailure {
  readonly seed: number
  readonly what: string
}
