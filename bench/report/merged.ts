/**
 * A long bench may be run in parts (--only, --cases, --store): the newest part counts for what it measured, and what it left out stands as
 * it was measured before.
 */
import type { BenchResult } from '../run/bench-run.ts'

/** Key of a line in a list: a newer run replaces all lines about the same. */
const subjects: Readonly<Record<string, readonly string[]>> = {
  results: ['peer', 'case', 'store', 'source'],
  sensors: ['store'],
  rows: ['store'],
  batch: ['store'],
}

type Line = Readonly<Record<string, unknown>>

/** Records of one bench, oldest first; undefined of none. */
export function merged(records: readonly BenchResult[]): BenchResult | undefined {
  const [first, ...rest] = records
  return first && rest.reduce(joined, first)
}

function joined(before: BenchResult, after: BenchResult): BenchResult {
  const both: Record<string, unknown> = { ...before, ...after }
  for (const [name, value] of Object.entries(after)) {
    const old = before[name]
    if (name === 'machine' || name === 'not_run') continue
    // Null: not measured this time.
    if (value === null) both[name] = old ?? null
    else if (Array.isArray(value) && Array.isArray(old)) both[name] = lines(name, old as Line[], value as Line[])
    else if (isPlain(value) && isPlain(old)) both[name] = { ...old, ...value }
  }
  return both as unknown as BenchResult
}

function lines(name: string, before: readonly Line[], after: readonly Line[]): Line[] {
  const subject = (line: Line) => (subjects[name] ?? []).map((field) => line[field]).join(' ')
  const measured = new Set(after.map(subject))
  return [...before.filter((line) => !measured.has(subject(line))), ...after]
}

const isPlain = (value: unknown): value is Line => typeof value === 'object' && value !== null && !Array.isArray(value)
