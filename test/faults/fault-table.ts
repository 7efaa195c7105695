/** The fault table: every row, and how a run of it shares out its time. */
import { availableParallelism } from 'node:os'
import type { FaultRow, FaultRunResult } from './fault-row.ts'
import { houseRows } from './house-rows.ts'
import { journalRows } from './journal-rows.ts'
import { sourceRows } from './source-rows.ts'
import { storeRows } from './store-rows.ts'

export const faultTable: readonly FaultRow[] = [...journalRows, ...storeRows, ...sourceRows, ...houseRows]

export interface RowOutcome extends FaultRunResult {
  readonly name: string
  readonly unit: string
  readonly full: number
  readonly long: number
  readonly passesWhen: string
  readonly firstSeed: number
  readonly seconds: number
}

/** One row, run to its end; a row that throws has failed, under the seed it began with. */
export async function runRow(
  row: FaultRow,
  options: { budgetMs: number; firstSeed: number; onProgress?: (reached: number) => void },
): Promise<RowOutcome> {
  const { name, unit, full, long, passesWhen } = row
  const began = performance.now()
  const found = await row.run(options).catch((error: Error) => ({
    reached: 0,
    failures: [{ seed: options.firstSeed, what: error.stack ?? String(error) }],
  }))
  const seconds = (performance.now() - began) / 1_000
  return { name, unit, full, long, passesWhen, firstSeed: options.firstSeed, seconds, ...found }
}

const figures = (count: number) => count.toLocaleString('en')

/** `name   reached / full unit   seconds`, and what failed below it. */
export function outcomeLines({ name, unit, full, reached, failures, note, seconds, firstSeed }: RowOutcome): string[] {
  return [
    `${failures.length === 0 && reached > 0 ? '  ok' : 'FAIL'} ${seconds.toFixed(1).padStart(7)} s  ${name}: ${figures(reached)} / ${figures(full)} ${unit} from seed ${firstSeed}${note ? ` (${note})` : ''}`,
    ...failures
      .slice(0, 5)
      .map(({ seed, what }) => `         seed ${seed}: ${what.split('\n').slice(0, 12).join('\n           ')}`),
  ]
}

export const machine = () => `${availableParallelism()} cores, ${process.platform}, Node ${process.version}`
