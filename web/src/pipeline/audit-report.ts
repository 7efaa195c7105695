/** What an audit answered, read with care: the numbers wherever the report carries them, and every sentence of warning. Pure. */
import type { Ledger } from '@baykeeper/contract/live.ts'

export interface Verdict {
  /** Undefined: the report does not say. */
  readonly difference: number | undefined
  readonly numbers: readonly (readonly [name: string, value: number])[]
  readonly warnings: readonly string[]
}

export const fields = [
  'received',
  'accepted',
  'refused',
  'unframeable',
  'committed',
  'duplicate',
  'quarantined',
  'pending',
  'lost',
] as const satisfies readonly (keyof Ledger)[]

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The law may stand at the top of the report or in a part of its own, as `ledger` or `totals`. */
export function verdictOf(report: unknown): Verdict {
  const parts = isObject(report) ? [report, ...Object.values(report).filter(isObject)] : []
  const law = parts.find((part) => typeof part['difference'] === 'number')
  const numbers = fields.flatMap((field) => {
    const value = law?.[field]
    return typeof value === 'number' ? [[field, value] as const] : []
  })
  const warnings = parts.flatMap((part) => (Array.isArray(part['warnings']) ? part['warnings'] : []))
  return {
    difference: law?.['difference'] as number | undefined,
    numbers,
    warnings: warnings.filter((warning) => typeof warning === 'string'),
  }
}
