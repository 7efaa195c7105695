/** How many files this process may open: a connection is one. Node raises the limit to the hard one when it starts. */
import { readFileSync } from 'node:fs'
import process from 'node:process'

/** Usual limit where the platform does not tell. */
const usual = 1_024

export function openFilesMax(): number {
  try {
    return limitOf(readFileSync('/proc/self/limits', 'utf8')) ?? fromReport()
  } catch {
    // Elsewhere than on Linux the process reports its own limits.
    return fromReport()
  }
}

/** The soft limit in the text of `/proc/PID/limits`. */
export function limitOf(text: string): number | undefined {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1]
  return soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : soft === undefined ? undefined : Number(soft)
}

function fromReport(): number {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: number | string } } }
  const soft = report.userLimits?.open_files?.soft
  return typeof soft === 'number' && soft > 0 ? soft : usual
}
