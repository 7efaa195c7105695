/** The fault table as a part of `npm test`: as much of it as a few minutes hold. Each row counts as a test. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { root } from './run-command.ts'
import type { Counts } from './run-test-file.ts'

const minutes = 2

/** Prints what the rows say as they end. */
export async function runFaultSuite(): Promise<Counts> {
  const child = spawn(process.execPath, ['test/faults/main.ts', '--minutes', `${minutes}`], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let last = ''
  for await (const line of createInterface(child.stdout)) {
    console.log(line)
    if (line) last = line
  }
  const counts = /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(last)?.slice(1).map(Number)
  const [passed = 0, failed = 1, skipped = 0] = counts ?? []
  return { passed, failed, skipped }
}
