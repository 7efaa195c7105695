/**
 * Runs one test file, or a bundle of small ones, in one process with `run()` of `node:test`, and judges what that lets pass: it has no
 * limit for a file, does not look for processes, and takes a file without a test, or one that exits in the middle, for passed.
 *
 * - A file that hangs is ended at its limit, and the test it hung in is named.
 * - A file that leaves processes behind, holds no test, or ends without a result has failed, whatever its result.
 */
import path from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { run } from 'node:test'
import { spec, type TestEvent } from 'node:test/reporters'
import { stripVTControlCharacters } from 'node:util'
import { commandOf, processTree } from './process-tree.ts'
import { root } from './run-command.ts'

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
/** Children of a test file that ended a moment ago may still be leaving. */
const leaveMsMax = 3_000
/** From the last test to the end of the process and of all that hold its output open. */
const exitMsMax = 30_000

export interface RunOptions {
  readonly cwd: string
  readonly limitMs: number
  readonly leaveMs?: number
  readonly exitMs?: number
  readonly env?: Readonly<Record<string, string>>
}

/** `name`: of the result. Most of the time of a small file is the start of its process, which a bundle pays once. */
export async function runTestFiles(name: string, files: readonly string[], options: RunOptions): Promise<FileResult> {
  const { limitMs, leaveMs = leaveMsMax, exitMs = exitMsMax } = options
  const began = performance.now()
  const tree = processTree()
  const events: TestEvent[] = []
  const stop = new AbortController()
  let left: string[] = []
  const named = (pids: readonly number[]) => pids.map((pid) => `${pid} ${commandOf(pid)}`)
  const end = () => {
    left = named(tree.alive())
    tree.killAll()
    stop.abort()
  }
  let limit = setTimeout(end, limitMs)
  for await (const event of eventsOf(files, { ...options, env: { ...options.env, ...tree.env } }, stop.signal)) {
    events.push(event)
    if (event.type !== 'test:summary') continue
    clearTimeout(limit)
    limit = setTimeout(end, exitMs)
  }
  clearTimeout(limit)
  const late = stop.signal.aborted
  if (!late) left = named(await tree.gone(leaveMs))
  tree.killAll()
  await tree.gone(leaveMsMax)
  const seen = digest(events, options.cwd)
  const trouble = troubleOf({ seen, late, left, limitMs, exitMs })
  const { passed, failed, skipped } = seen.counts ?? { passed: 0, failed: 0, skipped: 0 }
  return {
    file: name,
    seconds: (performance.now() - began) / 1_000,
    passed,
    failed: failed + (trouble ? 1 : 0),
    skipped: skipped + seen.suitesSkipped,
    reasons: seen.reasons,
    trouble,
    output: failed > 0 || trouble ? await reported(events) : '',
  }
}

/** `run()` starts a process for each of its files. Of a bundle it gets the last one, and the process gets the others. */
function eventsOf(files: readonly string[], { cwd, env }: RunOptions, signal: AbortSignal) {
  // Set where a test of this runner runs below another runner: `run()` would run nothing.
  delete process.env['NODE_TEST_CONTEXT']
  const others = files.slice(0, -1)
  return run({
    files: files.slice(-1),
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      ...(others.length > 0 ? ['--test', '--test-isolation=none', ...others] : []),
    ],
    cwd,
    env: { NODE_COMPILE_CACHE: compiled, ...process.env, ...env },
    signal,
  })
}

/** What failed and what was printed, without the lines of what passed. */
async function reported(events: readonly TestEvent[]): Promise<string> {
  const all = stripVTControlCharacters(await text(Readable.from(events).compose(new spec())))
  return all.replaceAll(/^ *✔.*\n/gm, '')
}

interface Digest {
  /** Undefined when the process ended before its tests did. */
  readonly counts: Counts | undefined
  /** `node:test` counts the tests of a skipped suite nowhere. */
  readonly suitesSkipped: number
  readonly reasons: Map<string, number>
  /** Began and never ended. */
  readonly running: string[]
  /** Files of a bundle without a test. */
  readonly without: string[]
  /** How the process ended. */
  readonly ending: string
}

/** The process adds its file as `entryFile` to each of its events. The others are of `run()`, for which the file is one test. */
function digest(events: readonly TestEvent[], cwd: string): Digest {
  const running = new Map<number, string>()
  const reasons = new Map<string, number>()
  const without: string[] = []
  let counts: Counts | undefined
  let suitesSkipped = 0
  let ending = 'exit 0'
  for (const { type, data } of events) {
    if (!data || !('entryFile' in data)) {
      if (type === 'test:complete' && data.details.error) ending = endingOf(data.details.error)
    } else if (type === 'test:dequeue') {
      running.set(data.testId, data.name)
      // A file without a test stands for one that passed, under its path.
      if (data.file === path.resolve(cwd, data.name)) without.push(data.name)
    } else if (type === 'test:complete') {
      running.delete(data.testId)
    } else if (type === 'test:summary') {
      const { passed = 0, failed = 0, cancelled = 0, skipped = 0, todo = 0 } = data.counts as Record<string, number>
      counts = { passed, failed: failed + cancelled, skipped: skipped + todo }
    } else if (type === 'test:pass') {
      const why = data.skip ?? data.todo
      if (why === undefined || why === false) continue
      const reason = typeof why === 'string' && why ? why : 'no reason given'
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
      if (data.details.type === 'suite') suitesSkipped++
    }
  }
  return { counts, suitesSkipped, reasons, running: [...running.values()], without, ending }
}

function endingOf(fault: object): string {
  const { exitCode, signal } = fault as { exitCode?: number; signal?: string }
  return signal ?? `exit ${exitCode}`
}

interface Ending {
  readonly seen: Digest
  readonly late: boolean
  readonly left: readonly string[]
  readonly limitMs: number
  readonly exitMs: number
}

function troubleOf({ seen, late, left, limitMs, exitMs }: Ending): string | undefined {
  const { counts, ending, running, without } = seen
  const listed = left.map((each) => `\n  ${each}`).join('')
  if (late && counts) return `did not end within ${exitMs / 1_000} s of its last test:${listed}`
  if (late) return `stopped after ${limitMs / 1_000} s in: ${running.join(' > ') || 'no test'}`
  if (!counts) return `ended without a result (${ending})`
  if (left.length > 0) return `left ${left.length} processes behind:${listed}`
  if (counts.passed + counts.failed + counts.skipped + seen.suitesSkipped === 0) return 'holds no test'
  if (without.length > 0) return `no test ran in ${without.join(', ')}`
  if (ending !== 'exit 0' && counts.failed === 0) return `no test failed, but it ended with ${ending}`
  return undefined
}
