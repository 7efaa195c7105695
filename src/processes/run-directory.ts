/**
 * `run/` of a data directory: which server works on it, and with which processes.
 *
 * - `owner.lock` is held by main and ends with it, however it ends.
 * - `processes.json` names main and each child from the moment it is spawned. After `kill -9` of main it stays: the next start waits for
 *   the children left behind, which hold the ports and the journal until they notice.
 * - `ready.json` holds the addresses that answer. Only the owner writes and removes it.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeFileAtomic } from '../lib/atomic-file.ts'
import { holdLock } from '../lib/process-lock.ts'
import { processStart } from './process-identity.ts'

export interface RunningProcess {
  readonly role: string
  readonly pid: number
  /** Of processStart: distinguishes it from a later process with the same number. */
  readonly start: string
}

export interface RunDirectory extends Disposable {
  /** The server before this one was killed. A child that it had just begun to spawn is on no list, and may hold a port. */
  readonly followsKilled: boolean
  /** Resolves when no process of an earlier server is left. Throws with their names when one stays. */
  leftoversGone(onWait?: (names: string) => void): Promise<void>
  /** Names a child, at once after it was spawned. A role has one process: the newest. */
  spawned(role: string, pid: number): void
  /** Writes what `--ready-file` writes too. */
  announce(ready: unknown): Promise<void>
}

export class DataDirectoryTaken extends Error {}

export const readyPath = (dataDir: string) => path.join(dataDir, 'run', 'ready.json')
const processesPath = (dataDir: string) => path.join(dataDir, 'run', 'processes.json')

const leftoverLookMs = 50
/** Children leave within 2 s of their main's end; a machine that is busy takes much longer. */
const leftoverMsMax = 60_000

/** Throws DataDirectoryTaken when a server works there. */
export function claimRunDirectory(dataDir: string): RunDirectory {
  mkdirSync(path.join(dataDir, 'run'), { recursive: true, mode: 0o700 })
  const lock = holdLock(path.join(dataDir, 'run', 'owner.lock'))
  if (!lock) {
    const main = recordedProcesses(dataDir).find(({ role }) => role === 'main')
    throw new DataDirectoryTaken(
      `a server ${main ? `(pid ${main.pid}) ` : ''}already runs on ${dataDir}; stop it, or choose another directory with --data`,
    )
  }
  const left = recordedProcesses(dataDir)
  const processes = new Map<string, RunningProcess>()
  const write = () => {
    const file = processesPath(dataDir)
    const temporary = `${file}.${process.pid}.tmp`
    // Until they are gone, the ones left behind stay on the list: this server may be killed while it waits.
    writeFileSync(temporary, JSON.stringify([...processes.values(), ...left.filter(isRunning)]), { mode: 0o600 })
    renameSync(temporary, file)
  }
  const spawned = (role: string, pid: number) => {
    const start = processStart(pid)
    if (start === undefined) return
    processes.set(role, { role, pid, start })
    write()
  }
  rmSync(readyPath(dataDir), { force: true })
  spawned('main', process.pid)
  return {
    followsKilled: left.length > 0,
    spawned,
    async leftoversGone(onWait) {
      if (left.some(isRunning)) onWait?.(names(left))
      for (const until = performance.now() + leftoverMsMax; left.some(isRunning); await sleep(leftoverLookMs))
        if (performance.now() > until)
          throw new DataDirectoryTaken(
            `processes of an earlier server still run on ${dataDir}: ${names(left)}; end them`,
          )
      left.length = 0
    },
    announce: (ready) => writeFileAtomic(readyPath(dataDir), JSON.stringify(ready)),
    [Symbol.dispose]() {
      rmSync(readyPath(dataDir), { force: true })
      rmSync(processesPath(dataDir), { force: true })
      lock[Symbol.dispose]()
    },
  }
}

const names = (left: readonly RunningProcess[]) =>
  left
    .filter(isRunning)
    .map(({ role, pid }) => `${role} (pid ${pid})`)
    .join(', ')

const isRunning = ({ pid, start }: RunningProcess) => processStart(pid) === start

/** What the last owner wrote; a file that cannot be read names no process. */
function recordedProcesses(dataDir: string): RunningProcess[] {
  try {
    const list = JSON.parse(readFileSync(processesPath(dataDir), 'utf8')) as RunningProcess[]
    return list.filter(({ pid, start }) => Number.isInteger(pid) && typeof start === 'string')
  } catch {
    // Without the file no earlier server left a process behind, and one that was cut short by a power cut names processes that are gone too.
    return []
  }
}
