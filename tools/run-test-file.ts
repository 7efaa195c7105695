/**
 * Runs one test file, or a bundle of small ones, in one process, and counts.
 *
 * - A file that hangs is ended at its limit, and the test it hung in is named.
 * - A file that leaves processes behind, holds no test, or ends without a result has failed, whatever its result.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { commandOf, processTree } from './process-tree.ts'
import { root } from './run-command.ts'
import type { TestLine } from './test-events.ts'

export interface FileResult extends Counts {
  readonly file: string
  readonly seconds: number
  /** Why tests were skipped, each with how many. */
  readonly reasons: ReadonlyMap<string, number>
  /** Problems other than failing tests; counted as one failure. */
  readonly trouble: string | undefined
  readonly output: string
}

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Most of what a file loads another has loaded before: compiled once, a third of the time of a small one. */
const compiled = path.join(root, 'node_modules', '.cache', 'baykeeper')
const reporter = path.join(import.meta.dirname, 'test-events.ts')
/** Children of a test file that ended a moment ago may still be leaving. */
const leaveMsMax = 3_000
/** Output still in the pipe after the end. */
const pipeMsMax = 1_000

export interface RunOptions {
  readonly cwd: string
  readonly limitMs: number
  readonly leaveMs?: number
}

export const runTestFile = (file: string, options: RunOptions): Promise<FileResult> =>
  runTestFiles(file, [file], options)

/** `name`: of the result. Most of the time of a small file is the start of its process, which a bundle pays once. */
export async function runTestFiles(name: string, files: readonly string[], options: RunOptions): Promise<FileResult> {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'baykeeper-test-run-'))
  const events = path.join(dir, 'events')
  const tree = processTree()
  const began = performance.now()
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      `--test-reporter=${reporter}`,
      `--test-reporter-destination=${events}`,
      ...(files.length > 1 ? ['--test', '--test-isolation=none'] : []),
      ...files,
    ],
    {
      cwd: options.cwd,
      // Set where a test of this runner runs below `node --test`: the file would report to that one instead.
      env: { NODE_COMPILE_CACHE: compiled, ...process.env, NODE_TEST_CONTEXT: undefined, ...tree.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  const collect = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  let late = false
  const limit = setTimeout(() => {
    late = true
    tree.killAll()
    child.kill('SIGKILL')
  }, options.limitMs)
  const closed = once(child, 'close')
  // Not `close`: a process left behind may hold the pipe open for ever.
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  clearTimeout(limit)
  const left = (await tree.gone(options.leaveMs ?? leaveMsMax)).map((pid) => `${pid} ${commandOf(pid)}`)
  tree.killAll()
  await tree.gone(leaveMsMax)
  await Promise.race([closed, sleep(pipeMsMax, undefined, { ref: false })])
  const seen = readEvents(events)
  rmSync(dir, { recursive: true, force: true })
  const trouble = troubleOf({ seen, late, left, code, signal, limitMs: options.limitMs })
  const { passed, failed, skipped } = seen.counts ?? { passed: 0, failed: 0, skipped: 0 }
  return {
    file: name,
    seconds: (performance.now() - began) / 1_000,
    passed,
    failed: failed + (trouble ? 1 : 0),
    skipped: skipped + seen.suitesSkipped,
    reasons: seen.reasons,
    trouble,
    output,
  }
}

interface TestFileEvents {
  readonly counts: Counts | undefined
  /** `node:test` counts the tests of a skipped suite nowhere. */
  readonly suitesSkipped: number
  readonly reasons: Map<string, number>
  /** Began and never ended. */
  readonly running: string[]
  /** Files of a bundle without a test. */
  readonly without: string[]
}

function readEvents(file: string): TestFileEvents {
  const lines = readFileSync(file, { encoding: 'utf8', flag: 'a+' })
    .split('\n')
    // The last line of a file that was ended by force may be cut.
    .filter((text) => text.endsWith('}'))
    .map((text) => JSON.parse(text) as TestLine)
  const running = new Map<string, string>()
  const reasons = new Map<string, number>()
  const without: string[] = []
  let counts: Counts | undefined
  let suitesSkipped = 0
  for (const event of lines) {
    if (event.type === 'began') {
      running.set(event.id, event.name)
      // A file without a test stands for one that passed, under its path.
      if (event.file === event.name) without.push(event.name)
    }
    if (event.type === 'ended') running.delete(event.id)
    if (event.type === 'counts') counts = event
    if (event.type === 'skipped') {
      reasons.set(event.reason, (reasons.get(event.reason) ?? 0) + 1)
      if (event.suite) suitesSkipped++
    }
  }
  return { counts, suitesSkipped, reasons, running: [...running.values()], without }
}

interface Ending {
  readonly seen: TestFileEvents
  readonly late: boolean
  readonly left: readonly string[]
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly limitMs: number
}

function troubleOf({ seen, late, left, code, signal, limitMs }: Ending): string | undefined {
  const end = signal ?? `exit ${code}`
  if (late) return `stopped after ${limitMs / 1_000} s in: ${seen.running.join(' > ') || 'no test'}`
  if (!seen.counts) return `ended without a result (${end})`
  if (left.length > 0) return `left ${left.length} processes behind:\n  ${left.join('\n  ')}`
  const { passed, failed, skipped } = seen.counts
  if (passed + failed + skipped + seen.suitesSkipped === 0) return 'holds no test'
  if (seen.without.length > 0) return `no test ran in ${seen.without.join(', ')}`
  if (code !== 0 && failed === 0) return `no test failed, but it ended with ${end}`
  return undefined
}
