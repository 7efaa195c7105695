/** Runs groups of test files and reports the results: a line for each file as it ends, the details of failures, the slowest, the sums. */

import { statfsSync } from 'node:fs'
import { pool, poolWhileIdle } from './pool.ts'
import { indented, line } from './print.ts'
import { root } from './run-command.ts'
import { type Counts, type FileResult, runTestFiles } from './run-test-file.ts'
import { type Bundle, bundles, type TestGroup } from './test-files.ts'

/** How long one may take. */
const limitMs: Record<TestGroup, number> = { fast: 180_000, slow: 600_000, system: 1_200_000 }
/** On two cores: fast tests work. The others wait for clocks and disks too: a third one begins while a core is idle. */
const atOnce = { fast: 3, others: { least: 2, most: 3 } }
/** Time limit that each further file of a bundle adds. Limits end a hang, also on a machine that does ten times this work. */
const bundledMs = 20_000
/** Files of fast tests lie in memory where there is room: most of their time would be waiting for syncs. Slow tests use the real disk. */
const memoryPlace: Readonly<Record<string, string>> = hasRoom('/dev/shm') ? { TMPDIR: '/dev/shm' } : {}
/** A sign of life for files that take longer. */
const stillMs = 30_000
const slowestShown = 5
const slowSecondsMin = 1

export async function runAll(files: Readonly<Record<TestGroup, readonly string[]>>): Promise<FileResult[]> {
  const alone = (group: TestGroup) => files[group].map((file) => [group, { name: file, files: [file] }] as const)
  const others = [...alone('slow'), ...alone('system')]
  return [
    ...(await pool(bundles(files.fast), atOnce.fast, (bundle) => runBundle('fast', bundle))),
    ...(await poolWhileIdle(others, atOnce.others, ([group, bundle]) => runBundle(group, bundle))),
  ]
}

/** Prints one line when the bundle has ended, and what failed in it. */
export async function runBundle(
  group: TestGroup,
  { name, files }: Bundle,
  env: Readonly<Record<string, string>> = {},
): Promise<FileResult> {
  const began = performance.now()
  const still = setInterval(
    () => console.log(` ... ${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s  ${name}`),
    stillMs,
  )
  const ownLimitMs = limitMs[group] + (files.length - 1) * bundledMs
  const place = group === 'fast' ? memoryPlace : {}
  const result = await runTestFiles(name, files, { cwd: root, limitMs: ownLimitMs, env: { ...place, ...env } })
  clearInterval(still)
  const { failed, seconds, trouble, output } = result
  console.log(line({ ok: failed === 0, seconds, text: `${name}  ${countsText(result)}` }))
  if (trouble) console.log(indented(trouble))
  if (failed > 0) console.log(indented(output))
  return result
}

/** A container has 64 MB there unless it is given more. */
function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize > 2 ** 30
  } catch {
    return false
  }
}

export const total = (results: readonly Counts[]): Counts => ({
  passed: sum(results.map(({ passed }) => passed)),
  failed: sum(results.map(({ failed }) => failed)),
  skipped: sum(results.map(({ skipped }) => skipped)),
})

/** The closing line that a machine reads. */
export const countsText = ({ passed, failed, skipped }: Counts) =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`

/** Slowest files, files that failed, and what was skipped and why. */
export function summary(results: readonly FileResult[]): string[] {
  const slow = results
    .filter(({ seconds }) => seconds >= slowSecondsMin)
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, slowestShown)
    .map(({ file, seconds }) => `slowest: ${seconds.toFixed(1).padStart(6)} s  ${file}`)
  const failed = results.filter((result) => result.failed > 0).map(({ file }) => `FAILED: ${file}`)
  const skipped = results.flatMap(({ file, reasons }) =>
    [...reasons].map(([reason, count]) => `SKIPPED: ${count} in ${file}: ${reason}`),
  )
  return [...slow, ...failed, ...skipped]
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)
