/** Runs groups of test files and reports the results: a line for each file as it ends, the details of failures, the slowest, the sums. */

import { pool } from './pool.ts'
import { indented, line } from './print.ts'
import { root } from './run-command.ts'
import { type Counts, type FileResult, runTestFiles } from './run-test-file.ts'
import { bundles, type TestGroup } from './test-files.ts'

/** How many files of a group run at a time, on two cores, and how long one may take. */
const manners: Record<TestGroup, { readonly atOnce: number; readonly limitMs: number }> = {
  fast: { atOnce: 3, limitMs: 60_000 },
  slow: { atOnce: 2, limitMs: 600_000 },
  system: { atOnce: 1, limitMs: 1_200_000 },
}
/** Time limit that each further file of a bundle adds. */
const bundledMs = 10_000
/** A sign of life for files that take longer. */
const stillMs = 30_000
const slowestShown = 5
const slowSecondsMin = 1

export async function runGroup(group: TestGroup, files: readonly string[]): Promise<FileResult[]> {
  const { atOnce, limitMs } = manners[group]
  const each = group === 'fast' ? bundles(files) : files.map((file) => ({ name: file, files: [file] }))
  return await pool(each, atOnce, async ({ name, files: bundled }) => {
    const began = performance.now()
    const still = setInterval(
      () => console.log(` ... ${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s  ${name}`),
      stillMs,
    )
    const result = await runTestFiles(name, bundled, { cwd: root, limitMs: limitMs + (bundled.length - 1) * bundledMs })
    clearInterval(still)
    const { failed, seconds, trouble, output } = result
    console.log(line({ ok: failed === 0, seconds, text: `${name}  ${countsText(result)}` }))
    if (trouble) console.log(indented(trouble))
    if (failed > 0) console.log(indented(withoutPassed(output)))
    return result
  })
}

const withoutPassed = (output: string) =>
  output
    .split('\n')
    .filter((text) => !/^\s*✔/.test(text))
    .join('\n')

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
