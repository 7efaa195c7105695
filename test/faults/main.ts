/**
 * Runs the fault table and reports for each row how much of it was reached and what failed.
 *
 *   npm run torture -- [--hours N | --minutes N] [--seed S] [--only WORD] [--record]
 *
 * Each row gets a slice of the time; what is left goes, slice by slice, to the row that is furthest from its goal: first the full column,
 * then the long one. `--record` adds the run to docs/reliability.json and writes docs/reliability.md from it.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { shareServerFiles } from '../../src/store/testing/server-files.ts'
import { failuresMax, minutesOf, type RowSum, rowText, table } from './fault-report.ts'
import type { FaultRow } from './fault-row.ts'
import { alone, faultTable, lanes } from './fault-table.ts'
import { record } from './reliability.ts'
import { runRow } from './run-row.ts'

const { values } = parseArgs({
  options: {
    hours: { type: 'string' },
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
    record: { type: 'boolean', default: false },
  },
})
/** A longer slice than this only makes the table wait for one row. */
const sliceMsMax = 120_000
const seedStride = 10_000_000

const budgetMs = values.hours ? Number(values.hours) * 3_600_000 : Number(values.minutes) * 60_000
if (!(budgetMs > 0)) throw new Error('--hours and --minutes want a number above 0')
let seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000_000) : Number(values.seed)
const wanted = ({ name }: FaultRow) => values.only.length === 0 || values.only.some((word) => name.includes(word))
const rows = faultTable.filter(wanted)
if (rows.length === 0)
  throw new Error(
    `no row holds "${values.only.join('", "')}"; there are:\n  ${faultTable.map(({ name }) => name).join('\n  ')}`,
  )
const sums = new Map<FaultRow, RowSum>(
  rows.map((row) => {
    const { name, unit, full, long, passesWhen } = row
    const empty = { firstSeeds: [], failures: [], reached: 0, seconds: 0, note: undefined, skipped: undefined }
    return [row, { name, unit, full, long, passesWhen, ...empty }]
  }),
)
const sumOf = (row: FaultRow) => sums.get(row) as RowSum
const began = performance.now()
const weight = (chosen: readonly FaultRow[]) => chosen.reduce((sum, row) => sum + (row.weight ?? 1), 0)

shareServerFiles()
console.log(`fault table: ${rows.length} rows, ${(budgetMs / 60_000).toFixed(1)} minutes, from seed ${seed}`)
const chosenLanes = lanes.map((lane) => lane.filter(wanted))
const chosenAlone = alone.filter(wanted)
const laneWeight = Math.max(...chosenLanes.map(weight))
const unitMs = budgetMs / Math.max(1, laneWeight + weight(chosenAlone))
const progress = setInterval(() => console.log(` ... ${minutesOf(performance.now() - began)}  ${running()}`), 30_000)
const now = new Map<string, number>()
await Promise.all(chosenLanes.map((lane) => runLane(lane, laneWeight * unitMs)))
await runLane(chosenAlone, weight(chosenAlone) * unitMs)
clearInterval(progress)
const failed = [...sums.values()].filter(({ failures }) => failures.length > 0).length
const skipped = [...sums.values()].filter((sum) => sum.skipped).length
console.log(
  [
    '',
    ...table([...sums.values()]),
    '',
    `${rows.length - failed - skipped} passed, ${failed} failed, ${skipped} skipped`,
  ].join('\n'),
)
if (values.record) await record({ hours: budgetMs / 3_600_000, rows: [...sums.values()] })
process.exitCode = failed > 0 ? 1 : 0

/** A slice for each row, then more for the neediest while there is time. */
async function runLane(lane: readonly FaultRow[], laneMs: number) {
  const end = performance.now() + laneMs
  const slice = (row: FaultRow) => Math.min(sliceMsMax, ((row.weight ?? 1) * laneMs) / weight(lane))
  for (const row of lane) await runSlice(row, slice(row))
  for (;;) {
    const able = lane.filter(
      (row) => !sumOf(row).skipped && sumOf(row).failures.length < failuresMax && sumOf(row).reached > 0,
    )
    const [neediest] = able.toSorted((a, b) => share(a) - share(b))
    const left = end - performance.now()
    if (!neediest || left < slice(neediest) / 2 || share(neediest) >= 1 + neediest.long / neediest.full) return
    await runSlice(neediest, Math.min(left, slice(neediest)))
    await sleep(0)
  }
}

function share(row: FaultRow): number {
  return sumOf(row).reached / row.full
}

async function runSlice(row: FaultRow, ms: number) {
  const sum = sumOf(row)
  const firstSeed = seed
  seed += seedStride
  const outcome = await runRow(row, { budgetMs: ms, firstSeed, onProgress: (reached) => now.set(row.name, reached) })
  now.delete(row.name)
  sum.firstSeeds.push(firstSeed)
  sum.reached += outcome.reached
  sum.seconds += outcome.seconds
  sum.failures.push(...outcome.failures)
  sum.note = outcome.note ?? sum.note
  sum.skipped = outcome.skipped
  if (!outcome.skipped && outcome.reached === 0 && outcome.failures.length === 0)
    sum.failures.push({ seed: firstSeed, what: 'nothing was reached in its time' })
  console.log(rowText(sum, outcome))
}

function running(): string {
  return [...now].map(([name, reached]) => `${name}: ${reached.toLocaleString('en')}`).join('; ') || 'starting'
}
