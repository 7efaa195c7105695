/**
 * `npm run check`: what every change must pass, in under a minute on two cores. `npm test` is this and everything slower.
 *
 * Steps and tests run beside one another: one of them always has work while others wait. Properties run with fewer cases
 * (`test/fixtures/effort.ts`).
 */
import { pool } from './pool.ts'
import { root } from './run-command.ts'
import type { FileResult } from './run-test-file.ts'
import { runStep, steps } from './steps.ts'
import { bundles, testFiles } from './test-files.ts'
import { countsText, runBundle, summary, total } from './test-report.ts'

const atOnce = 3
const began = performance.now()
const passed: boolean[] = []
const tests: FileResult[] = []
const work = [
  ...steps.map((step) => async () => void passed.push(await runStep(step))),
  ...bundles(testFiles(root).fast).map(
    (bundle) => async () => void tests.push(await runBundle('fast', bundle, { BAYKEEPER_TEST_EFFORT: 'less' })),
  ),
]
await pool(work, atOnce, (run) => run())
const counts = total(tests)
const ok = passed.every(Boolean) && counts.failed === 0 && counts.passed > 0
console.log(['', ...summary(tests), `fast tests: ${countsText(counts)}`].join('\n'))
console.log(`check ${ok ? 'passed' : 'FAILED'} in ${((performance.now() - began) / 1_000).toFixed(1)} s`)
process.exitCode = ok ? 0 : 1
