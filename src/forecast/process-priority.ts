/**
 * Intake has priority over forecasts. A priority belongs to a thread, not to a process: threads that already run when it is set
 * keep theirs (compiler, garbage collector). So the priority of every thread is set, and set again after the process has started up.
 *
 * Linux has a scheduling class for idle time only (SCHED_IDLE), which is preempted at once when another thread wakes; the lowest
 * priority still finishes its time slice, some milliseconds that a sender would wait for. Without that class, only the priority is set.
 */
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import os from 'node:os'

const idlePriority = 19
/** The process has started its threads by then. */
const againMs = [50, 1_000, 5_000]

export function lowerPriority(pid: number | undefined, priority: number): void {
  for (const ms of [0, ...againMs]) setTimeout(() => eachThread(pid, priority), ms).unref()
}

/** For background work without a deadline. */
export function giveWayWholly(pid: number | undefined): void {
  lowerPriority(pid, idlePriority)
  if (os.platform() !== 'linux' || pid === undefined) return
  // Without `chrt` the nice value alone lowers the priority; a process that has ended needs none.
  for (const ms of againMs)
    setTimeout(() => execFile('chrt', ['--all-tasks', '--idle', '--pid', '0', String(pid)], () => {}), ms).unref()
}

function eachThread(pid: number | undefined, priority: number): void {
  if (pid === undefined) return
  for (const thread of threadsOf(pid))
    try {
      os.setPriority(thread, priority)
    } catch {
      // It has ended already, or the system has no such thing.
    }
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number)
  } catch {
    // Without /proc the threads are not known: the process itself is lowered.
    return [pid]
  }
}
