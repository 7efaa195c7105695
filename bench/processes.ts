/** Cost of processes from the counters of Linux: CPU seconds and memory. Elsewhere the figures are missing, not zero. */
import { readFileSync } from 'node:fs'

const ticksPerS = 100

/** User and system time of these processes since they began, in seconds; children that ended are not in it. */
export function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const stat = read(`/proc/${pid}/stat`)
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
    return sum + (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerS
  }, 0)
}

/** Proportional set size: shared pages are shared out, so that the sum over processes is what the machine is short of. */
export function pssMb(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const kb = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '')?.[1]
    return sum + Number(kb ?? 0) / 1_024
  }, 0)
}

/** The most that a process held at once, in MB; 0 where it cannot be known. */
export const memoryPeakMb = (pid: number | undefined): number =>
  Number(/^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1] ?? 0) / 1_024

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN
