/** One run of a bench: progress while it lasts, the result at its end, recorded when asked for. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { writeFileAtomic } from '../../src/lib/atomic-file.ts'
import { createProgress } from '../../src/simulator/progress.ts'
import type { BenchFlags } from './arguments.ts'
import { cpuShare, type Machine, machineNow, wasBusy } from './machine.ts'

export const recordsFile = path.join(import.meta.dirname, '../../docs/benchmarks.json')

export interface BenchResult {
  readonly bench: string
  readonly at: string
  readonly mode: 'quick' | 'full'
  readonly machine: Machine
  /** Ratios are what can be compared between machines. */
  readonly ratios: Readonly<Record<string, number>>
  readonly [more: string]: unknown
}

export interface BenchRun {
  /** A sentence for people, as soon as it is known. */
  say(text: string): void
  /** One of the steps is done. */
  step(): void
  /** What is fetched once is there: only now the time of a quick run begins. */
  prepared(): void
  /** Time left of a run that is given only so much; a full run has as much as it needs. */
  readonly leftMs: number
  finish(ratios: Record<string, number>, figures: object): Promise<void>
}

/** The start of servers and the last drain come on top. */
const quickMsMax = 75_000
const tickMs = 1_000

/** `givenMs`: how long the run may take where it is not a quick one. */
export function beginBench(
  name: string,
  flags: BenchFlags,
  steps: number,
  givenMs = Number.POSITIVE_INFINITY,
): BenchRun {
  keepTidy()
  const machine = machineNow()
  const share = cpuShare()
  let began = performance.now()
  const progress = createProgress({ stage: name, total: steps })
  let done = 0
  const ticking = setInterval(() => progress.update(done), tickMs)
  ticking.unref()
  const write = (text: string) => process.stderr.write(`${process.stderr.isTTY ? '\r\x1b[K' : ''}${text}\n`)
  if (wasBusy(machine))
    write(`! load ${machine.load_before} before the first step: these figures are smoke, not a measurement`)
  return {
    say: write,
    step: () => progress.update(++done),
    prepared() {
      began = performance.now()
    },
    get leftMs() {
      return (flags.quick ? quickMsMax : givenMs) - (performance.now() - began)
    },
    async finish(ratios, figures) {
      clearInterval(ticking)
      progress.end()
      const result: BenchResult = {
        bench: name,
        at: new Date().toISOString(),
        mode: flags.quick ? 'quick' : 'full',
        machine,
        busy: share(),
        seconds: Math.round((performance.now() - began) / 1_000),
        ratios,
        ...figures,
      }
      if (flags.record && flags.quick) write('! a quick run is not recorded')
      else if (flags.record) await record(result)
      if (flags.json) console.log(JSON.stringify(result))
    },
  }
}

/** Everything of a run lies in one folder, which goes with it, also when it is interrupted. */
function keepTidy(): void {
  const dir = mkdtempSync(path.join(tmpdir(), 'baykeeper-run-'))
  process.env['TMPDIR'] = dir
  process.on('exit', () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(interrupted))
}
const interrupted = 130

export function readRecords(): BenchResult[] {
  try {
    return JSON.parse(readFileSync(recordsFile, 'utf8')) as BenchResult[]
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw fault
  }
}

const record = (result: BenchResult) =>
  writeFileAtomic(recordsFile, `${JSON.stringify([...readRecords(), result], undefined, 1)}\n`)
