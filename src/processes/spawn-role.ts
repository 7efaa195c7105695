/** Spawns a child process with its listening sockets and a message channel. */
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import type { ChildSettings, Listeners, Role, ToChild } from './messages.ts'

/**
 * On a machine with much memory V8 lets garbage pile up: flat out the processor took 490 MB, of which most was not used any more. Small young
 * heaps (MiB, by what each process keeps between two turns) and growing in small steps take 380 to 440 MB for all processes together, at the
 * same rate. The processor holds the most and makes the most: in steps of 25 % it took 35 MB less with 50,000 sensors, and a tenth more time for
 * each reading and twice as long to take up a layout of 50,000 bays.
 */
const heaps: Record<Role, { readonly youngMiB: number; readonly growPercent: number }> = {
  intake: { youngMiB: 4, growPercent: 25 },
  processor: { youngMiB: 8, growPercent: 60 },
  web: { youngMiB: 4, growPercent: 25 },
  forecasts: { youngMiB: 4, growPercent: 25 },
  notifier: { youngMiB: 4, growPercent: 25 },
}
const heapFlags = (role: Role) => [
  `--max-semi-space-size=${heaps[role].youngMiB}`,
  `--heap-growing-percent=${heaps[role].growPercent}`,
]

/** `all`: descriptors of bound sockets, by use; the child inherits those that it listens on. */
export function spawnRole(
  role: Role,
  all: Listeners,
  settings: Omit<ChildSettings, 'role' | 'listeners'>,
): ChildProcess {
  const fds = role === 'web' ? { web: all.web } : role === 'intake' ? { ...all, web: undefined } : {}
  const inherited: number[] = []
  const listeners: Record<string, number> = {}
  for (const [use, fd] of Object.entries(fds))
    if (fd !== undefined) {
      listeners[use] = 4 + inherited.length
      inherited.push(fd)
    }
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', ...heapFlags(role), path.join(import.meta.dirname, `${role}.ts`)],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...inherited],
      serialization: 'advanced',
    },
  )
  const start: ToChild = { type: 'start', settings: { ...settings, role, listeners } }
  // A child that has ended takes no message; its exit is handled by its worker.
  child.send(start, undefined, undefined, () => {})
  return child
}
