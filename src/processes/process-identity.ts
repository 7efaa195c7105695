/** Whether a process that was seen before still runs: the kernel gives a number again, but not with the same start. */
import { existsSync, readFileSync } from 'node:fs'
import { isRunning } from '../lib/running.ts'

const procExists = existsSync('/proc/self/stat')
/** Fields of /proc/PID/stat after the command, whose text may hold anything up to the last parenthesis. */
const stateField = 0
const startField = 19

/** Undefined when no process of this number runs. On systems without /proc only the number counts. */
export function processStart(pid: number): string | undefined {
  if (!procExists) return isRunning(pid) ? 'running' : undefined
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie has ended: its parent has not asked for its exit code yet.
    return fields[stateField] === 'Z' || fields[stateField] === 'X' ? undefined : fields[startField]
  } catch {
    // A process that has ended has no identity.
    return undefined
  }
}
