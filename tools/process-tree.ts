/**
 * Finds every process that a test started, orphans included. Each inherits a mark in its environment, so a child that outlived its
 * parent is still found (Linux: /proc; elsewhere only the pids that are already known are looked at).
 */
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const lookMs = 25

export interface ProcessTree {
  /** To be added to the environment of the first process. */
  readonly env: Readonly<Record<string, string>>
  /** Pids that run now. */
  alive(): number[]
  /** Resolves with the pids still running when the time is over; as soon as there are none, with none. */
  gone(waitMs: number): Promise<number[]>
  killAll(): void
}

/** `known` adds pids to look at, where the system has no /proc. */
export function processTree(known: () => readonly number[] = () => []): ProcessTree {
  // A name of its own, not a value: a tree within a tree carries both marks.
  const variable = `BAYKEEPER_TEST_TREE_${randomUUID().replaceAll('-', '')}`
  const mark = `${variable}=1`
  const alive = () => [...new Set([...marked(mark), ...known().filter(isRunning)])]
  /** A process on its way out has no environment any more, but it is not gone yet. */
  let killed: number[] = []
  const there = () => [...new Set([...alive(), ...killed.filter(isRunning)])]
  return {
    env: { [variable]: '1' },
    alive,
    async gone(waitMs) {
      const until = performance.now() + waitMs
      let left = there()
      while (left.length > 0 && performance.now() < until) {
        await sleep(lookMs)
        left = there()
      }
      killed = []
      return left
    },
    killAll() {
      killed = alive()
      for (const pid of killed) signal(pid, 'SIGKILL')
    },
  }
}

/** False when the process is gone already. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

/** A zombie has ended: it only waits for its parent to look. */
export function isRunning(pid: number): boolean {
  if (!signal(pid, 0)) return false
  const stat = read(`/proc/${pid}/stat`)
  return stat?.charAt(stat.lastIndexOf(')') + 2) !== 'Z'
}

/** Command line of a process, for a message. */
export const commandOf = (pid: number): string =>
  read(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim() || '(unknown)'

function marked(mark: string): number[] {
  return processIds().filter((pid) => read(`/proc/${pid}/environ`)?.split('\0').includes(mark) && isRunning(pid))
}

function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
