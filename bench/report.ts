/**
 * `npm run bench -- report`: docs/benchmarks.md and its pictures, made from docs/benchmarks.json, where full runs with --record are kept. Nothing in it is written by hand.
 *
 * Options: --from FILE (records, or one result a line), --to DIR.
 */
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { reportOf } from './report/report-text.ts'
import { benchFlags } from './run/arguments.ts'
import { type BenchResult, readRecords } from './run/bench-run.ts'

const flags = benchFlags(['from', 'to'])
const from = flags.value('from')
const to = path.resolve(flags.value('to') ?? path.join(import.meta.dirname, '../docs'))
const records = from === undefined ? readRecords() : recordsIn(from)
if (records.length === 0) {
  console.error('Nothing is recorded yet: run a bench with --record, without --quick.')
  process.exit(1)
}
const { text, pictures } = reportOf(records)
await mkdir(path.join(to, 'pictures'), { recursive: true })
await writeFile(path.join(to, 'benchmarks.md'), text)
for (const [name, svg] of Object.entries(pictures)) await writeFile(path.join(to, 'pictures', name), svg)
console.error(`${path.join(to, 'benchmarks.md')} and ${Object.keys(pictures).length} pictures`)

/** An array, or lines of which each is a result, as --json prints them. */
function recordsIn(file: string): BenchResult[] {
  const text = readFileSync(file, 'utf8').trim()
  if (text.startsWith('[')) return JSON.parse(text) as BenchResult[]
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as BenchResult)
}
