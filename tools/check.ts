/** `npm run check`: what every change must pass, in under a minute on two cores. `npm test` is this and everything slower. */
import { pool } from './pool.ts'
import { root } from './run-command.ts'
import { runStep, steps } from './steps.ts'
import { testFiles } from './test-files.ts'
import { countsText, runGroup, summary, total } from './test-report.ts'

const began = performance.now()
const passed = await pool(steps, 2, runStep)
const tests = await runGroup('fast', testFiles(root).fast)
const counts = total(tests)
const ok = passed.every(Boolean) && counts.failed === 0 && counts.passed > 0
console.log(['', ...summary(tests), `fast tests: ${countsText(counts)}`].join('\n'))
console.log(`check ${ok ? 'passed' : 'FAILED'} in ${((performance.now() - began) / 1_000).toFixed(1)} s`)
process.exitCode = ok ? 0 : 1
