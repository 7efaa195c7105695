/**
 * Everything that takes readings comes first. A priority is of a thread, not of a process: what a process has started by the time it is told
 * keeps its own, compilers and collectors of garbage among them. So all its threads are told, and again when it has settled.
 *
 * Linux knows a class for what runs only when nothing else would (SCHED_IDLE), and leaves it at once when something else wakes; the lowest
 * priority still finishes its slice, some milliseconds that a sender would wait for. Where there is no such class, the priority has to do.
 */
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import os from 'node:os'

const idlePriority = 19
/** By then a process has started its threads. */
const againMs = [50, 1_000, 5_000]

export function giveWay(pid: number | undefined, priority: number): void {
  for (const ms of [0, ...againMs]) setTimeout(() => eachThread(pid, priority), ms).unref()
}

/** For what may take as long as it takes. */
export function giveWayWholly(pid: number | undefined): void {
  giveWay(pid, idlePriority)
  if (os.platform() !== 'linux' || pid === undefined) return
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
    return [pid]
  }
}
