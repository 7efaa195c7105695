/** How the fault table speaks: a line as a slice of a row ends, and the whole table at the end. */
import type { FaultFailure } from './fault-row.ts'
import type { RowOutcome } from './run-row.ts'

/** Sum of all slices of one row. */
export interface RowSum {
  readonly name: string
  readonly unit: string
  readonly full: number
  readonly long: number
  readonly passesWhen: string
  readonly firstSeeds: number[]
  readonly failures: FaultFailure[]
  reached: number
  seconds: number
  note: string | undefined
  skipped: string | undefined
}

/** Shown of one slice, and after so many a row is not given more time. */
export const failuresMax = 5

export function rowText(sum: RowSum, { failures, seconds, skipped: why, note, firstSeed }: RowOutcome): string {
  const state = why ? 'SKIP' : sum.failures.length > 0 ? 'FAIL' : '  ok'
  const count =
    why ?? `${figures(sum.reached)} / ${figures(sum.full)} ${sum.unit}, seed ${firstSeed}${note ? ` (${note})` : ''}`
  const details = failures.slice(0, failuresMax).map(({ seed: at, what }) => `         seed ${at}: ${indent(what)}`)
  return [`${state} ${seconds.toFixed(1).padStart(7)} s  ${sum.name}: ${count}`, ...details].join('\n')
}

const indent = (text: string) => text.split('\n').slice(0, 40).join('\n           ')
const figures = (count: number) => count.toLocaleString('en')
export const minutesOf = (ms: number) => `${(ms / 60_000).toFixed(1).padStart(5)} min`

export function table(all: readonly RowSum[]): string[] {
  const width = Math.max(...all.map(({ name }) => name.length))
  return [
    `${'fault'.padEnd(width)}  ${'reached'.padStart(11)} / ${'full'.padStart(9)}  failures`,
    ...all.map(
      ({ name, reached, full, unit, failures, skipped: why }) =>
        `${name.padEnd(width)}  ${figures(reached).padStart(11)} / ${figures(full).padStart(9)}  ${why ? 'NOT RUN' : failures.length} ${why ?? unit}`,
    ),
  ]
}
