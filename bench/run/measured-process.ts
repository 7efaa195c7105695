/**
 * A program under measurement, with everything it starts: its CPU time, its memory, its end. Processes are found by a mark in their
 * environment, so that launchers and children count too.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { processTree } from '../../tools/process-tree.ts'
import { cpuSeconds, pssMb } from '../processes.ts'

export interface Usage {
  /** User and system, of all processes together, since they started. */
  readonly cpu_s: number
  /** Largest sum of proportional set sizes seen, MB. */
  readonly pss_mb: number
}

export interface MeasuredProcess extends AsyncDisposable {
  readonly child: ChildProcess
  /** Its last output, for a message. */
  output(): string
  usage(): Usage
  hasEnded(): boolean
  /** kill -9 to every process at once; resolves when they are gone. */
  kill(): Promise<void>
  /** SIGTERM, then SIGKILL. */
  stop(): Promise<void>
}

const sampleMs = 500
const outputCharsMax = 8_000
const stopMsMax = 12_000

export function startMeasured(
  command: string,
  args: readonly string[],
  options: { env?: Readonly<Record<string, string>>; cwd?: string } = {},
): MeasuredProcess {
  const tree = processTree()
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env, ...tree.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  let ended = false
  const collect = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-outputCharsMax)
  }
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  child.once('error', (fault) => collect(Buffer.from(fault.message)))
  child.once('close', () => {
    ended = true
  })
  const meter = usageMeter(() => tree.alive())
  const end = () => tree.killAll()
  process.once('exit', end)

  async function finish() {
    meter.stop()
    process.off('exit', end)
    const left = await tree.gone(stopMsMax)
    if (left.length > 0) {
      tree.killAll()
      await tree.gone(stopMsMax)
    }
  }
  return {
    child,
    output: () => text,
    usage: () => meter.usage(),
    hasEnded: () => ended,
    async kill() {
      meter.look()
      tree.killAll()
      await finish()
      await tree.gone(stopMsMax)
    },
    async stop() {
      meter.look()
      child.kill('SIGTERM')
      await finish()
    },
    async [Symbol.asyncDispose]() {
      if (tree.alive().length > 0) child.kill('SIGTERM')
      await finish()
    },
  }
}

export interface UsageMeter {
  usage(): Usage
  look(): void
  stop(): void
}

/** Follows processes by their numbers; the CPU time of one that has ended stays counted as last seen. */
export function usageMeter(pids: () => readonly number[]): UsageMeter {
  const cpu = new Map<number, number>()
  let pssMax = 0
  const look = () => {
    let pss = 0
    for (const pid of pids()) {
      cpu.set(pid, Math.max(cpu.get(pid) ?? 0, cpuSeconds([pid])))
      pss += pssMb([pid])
    }
    pssMax = Math.max(pssMax, pss)
  }
  look()
  const timer = setInterval(look, sampleMs)
  timer.unref()
  return {
    look,
    usage() {
      look()
      return { cpu_s: [...cpu.values()].reduce((sum, seconds) => sum + seconds, 0), pss_mb: pssMax }
    },
    stop: () => clearInterval(timer),
  }
}

/** Asks until the answer is not undefined; throws with what was waited for. */
export async function until<T>(
  what: string,
  msMax: number,
  look: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  for (const end = performance.now() + msMax; ; await sleep(50)) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > end) throw new Error(`no ${what} within ${msMax / 1_000} s`)
  }
}
