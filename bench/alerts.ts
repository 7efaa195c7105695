/**
 * `npm run bench -- alerts [--quick] [--json] [--record] [--parts watched,reports]`: 500 rules over 50,000 bays: how soon a webhook follows its
 * reading, and the flood with rules beside that without; reports of a month and a year of 2,000 bays on both stores (bench/reports.ts).
 */
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { measureWatched } from './alerts/watched-city.ts'
import { benchFlags } from './run/arguments.ts'
import { beginBench } from './run/bench-run.ts'
import { mean, rounded } from './run/figures.ts'

const flags = benchFlags(['parts'])
const wanted = (part: string) => flags.value('parts')?.split(',').includes(part) ?? true
const bench = beginBench('alerts', flags, 2)
const notRun: Record<string, string> = {}

async function tried<Of>(what: string, measure: () => Promise<Of>): Promise<Of | undefined> {
  try {
    return await measure()
  } catch (fault) {
    notRun[what] = (fault as Error).message.slice(0, 500)
    bench.say(`! ${what}: ${notRun[what]}`)
    return undefined
  }
}

/** What filling both stores with a year and reading it takes on an idle machine, and what of it may go beyond the time of a quick run. */
const [yearMs, beyondMs] = [35_000, 20_000]
/** Of a year: the one that reads most. */
const quickKinds = 'turnover'

/** The slowest report of each span, of all stores, ms. */
async function measureReports(): Promise<Partial<Record<string, number>>> {
  if (!flags.quick) return reportsOf([])
  if (bench.leftMs + beyondMs > yearMs) return reportsOf(['--year-kinds', quickKinds])
  notRun['year'] = 'no time left in a quick run'
  return reportsOf(['--spans', 'month'])
}

async function reportsOf(args: readonly string[]): Promise<Partial<Record<string, number>>> {
  const script = path.join(import.meta.dirname, 'reports.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args])
  const slowest: Record<string, number> = {}
  for (const [, span = '', seconds] of stdout.matchAll(/^\w+ +(month|year) +\w+ +([\d.]+) s/gm))
    slowest[span] = Math.max(slowest[span] ?? 0, Math.round(1_000 * Number(seconds)))
  bench.say(stdout.trimEnd())
  return slowest
}

const watched = wanted('watched') ? await tried('watched', () => measureWatched(flags.quick, bench.say)) : undefined
bench.step()
const reports = wanted('reports') ? await tried('reports', measureReports) : undefined
bench.step()
const ratio = watched ? rounded(mean(watched.with) / mean(watched.without), 3) : null
await bench.finish(ratio === null ? {} : { with_rules_to_without: ratio }, {
  rules: watched?.rules ?? null,
  bays: watched?.bays ?? null,
  webhook_p99_ms: watched?.webhook.p99_ms ?? null,
  month_report_ms: reports?.['month'] ?? null,
  year_report_ms: reports?.['year'] ?? null,
  ingest_ratio: ratio,
  ...{ not_run: notRun, ...(watched ? { watched } : {}) },
})
