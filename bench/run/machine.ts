/** Description of the machine: without it a figure means nothing. */
import { readFileSync } from 'node:fs'
import os from 'node:os'
import { rounded } from './figures.ts'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memory_gb: number
  readonly kernel: string
  readonly node: string
  /** Load average over the minute before the bench began; idle is near 0. */
  readonly load_before: number
}

export function machineNow(): Machine {
  const cpus = os.cpus()
  return {
    cpu: cpus[0]?.model.trim() || 'unknown processor',
    cores: cpus.length,
    memory_gb: rounded(os.totalmem() / 2 ** 30),
    kernel: `${os.platform()} ${os.release()}`,
    node: process.version,
    load_before: rounded(os.loadavg()[0] ?? Number.NaN, 2),
  }
}

/** Something else ran when the bench began: its figures are smoke. */
export const wasBusy = ({ load_before, cores }: Machine): boolean => load_before > cores / 4

export const machineLine = ({ cpu, cores, memory_gb, kernel, node }: Machine): string =>
  `${cores} x ${cpu}, ${memory_gb} GB, ${kernel}, Node ${node}`

/** CPU load of the machine since the last call, including steal time where the kernel reports it. */
export function cpuShare(): () => { readonly busy: number; readonly steal: number } {
  let before = read()
  return () => {
    const now = read()
    const total = now.total - before.total || 1
    const share = {
      busy: rounded(1 - (now.idle - before.idle) / total, 2),
      steal: rounded((now.steal - before.steal) / total, 2),
    }
    before = now
    return share
  }
}

/** proc(5): user nice system idle iowait irq softirq steal. */
function read(): { total: number; idle: number; steal: number } {
  try {
    const [, ...ticks] = (readFileSync('/proc/stat', 'latin1').split('\n')[0] ?? '').split(/\s+/)
    const numbers = ticks.slice(0, 8).map(Number)
    return {
      total: numbers.reduce((sum, value) => sum + value, 0),
      idle: (numbers[3] ?? 0) + (numbers[4] ?? 0),
      steal: numbers[7] ?? 0,
    }
  } catch {
    return { total: 0, idle: 0, steal: 0 }
  }
}
