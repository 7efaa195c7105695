/**
 * `npm test`: tests every promise. The steps of `check`, then the slow tests, then the whole server, then the fault table.
 *
 * `npm test -- WORD...` runs only the test files whose path holds one of the words; the word `faults` runs the fault
 * table. The last line is `N passed, N failed, N skipped`;
 * a step that is no test (types, lint, ...) counts as one.
 */
import { shareServerFiles } from '../src/store/testing/server-files.ts'
import { isUnpacked, serverRecipes, type UnpackedKind } from '../src/store/testing/server-programs.ts'
import { runFaultSuite } from './fault-suite.ts'
import { installParts, mayInstall } from './install-parts.ts'
import { aptLine, findPart, partNames } from './parts.ts'
import { pool } from './pool.ts'
import { line } from './print.ts'
import { root } from './run-command.ts'
import type { Counts, FileResult } from './run-test-file.ts'
import { runStep, steps } from './steps.ts'
import { testFiles } from './test-files.ts'
import { countsText, runAll, summary, total } from './test-report.ts'
import { unpackServer } from './unpack-server.ts'

const words = process.argv.slice(2)
const wanted = (file: string) => words.length === 0 || words.some((word) => file.includes(word))
const absent = () => partNames.filter((name) => !findPart(name))

/** Set up where that is allowed; MariaDB 11.8 only by hand. */
const servers: readonly UnpackedKind[] = ['mysql']
const stepCounts: Counts[] = []
const results: FileResult[] = []
if (absent().length > 0 && mayInstall()) stepCounts.push(asCounts(await installParts(absent())))
if (mayInstall()) await setUpServers()
if (words.length === 0) stepCounts.push(...(await pool(steps, 2, runStep)).map(asCounts))
shareServerFiles()
const files = testFiles(root)
results.push(
  ...(await runAll({
    fast: files.fast.filter(wanted),
    slow: files.slow.filter(wanted),
    system: files.system.filter(wanted),
  })),
)
if (words.length === 0 || words.includes('faults')) stepCounts.push(await runFaultSuite())

const all = total([...stepCounts, ...results])
const ranNone = all.passed + all.failed === 0
console.log(['', ...summary(results), ...(ranNone ? ['FAILED: no test ran'] : [])].join('\n'))
const lacking = absent()
if (lacking.length > 0) console.log(`To run what was skipped for a missing part:\n  ${aptLine(lacking)}`)
for (const kind of servers.filter((one) => !isUnpacked(one)))
  console.log(
    `To run what was skipped for ${serverRecipes[kind].title}, as root on Debian:\n  node tools/add-server.ts ${kind}`,
  )
console.log(countsText(all))
process.exitCode = all.failed > 0 || ranNone ? 1 : 0

/** A slow mirror is no failure: what needs the server skips, by name. */
async function setUpServers() {
  for (const kind of servers.filter((one) => !isUnpacked(one))) {
    const began = performance.now()
    const why = await unpackServer(kind)
    const text = `set up ${serverRecipes[kind].title}${why === undefined ? '' : `: NOT DONE, its tests skip (${why})`}`
    console.log(line({ ok: true, seconds: (performance.now() - began) / 1_000, text }))
  }
}

function asCounts(ok: boolean): Counts {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }
}
