/** Rows of a report as the page needs them. Pure. */
import type { ReportAnswer } from '@baykeeper/contract/routes/reports.ts'

export type Row = Readonly<Record<string, string | number | boolean | null>>

export const rowsOf = ({ tables }: ReportAnswer, name: string): readonly Row[] =>
  tables.find((table) => table.name === name)?.rows ?? []

export const numberIn = (row: Row | undefined, column: string): number | null => {
  const value = row?.[column]
  return typeof value === 'number' ? value : null
}

export interface Figure {
  readonly value: number | null
  readonly before: number | null
  readonly change: number | null
}

export function figureOf(report: ReportAnswer, name: string): Figure {
  const row = rowsOf(report, 'figures').find(({ figure }) => figure === name)
  return { value: numberIn(row, 'value'), before: numberIn(row, 'value_before'), change: numberIn(row, 'change') }
}

export const shownValues = ['occupancy', 'median', 'highest', 'coverage', 'change'] as const
export type ShownValue = (typeof shownValues)[number]

/** Below this share of an hour a value is no observation. */
export const observedMin = 0.8
const steps = [0.2, 0.35, 0.5, 0.65, 0.8, 0.95]
/** 0 to 6: how dark a share is. */
export const stepOf = (share: number): number => steps.filter((from) => share >= from).length
/** Upper ends of the steps, in per cent. */
export const stepTexts: readonly string[] = ['0–19', '20–34', '35–49', '50–64', '65–79', '80–94', '95+']

/** -3 to 3: by how many points it went down or up. */
export function changeStepOf(change: number): number {
  const size = [0.02, 0.05, 0.1].filter((from) => Math.abs(change) >= from).length
  return change < 0 ? -size : size
}
