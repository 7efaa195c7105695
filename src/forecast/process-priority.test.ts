import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { giveWayWholly, lowerPriority } from './process-priority.ts'

const skip = existsSync('/proc/self/task') ? false : 'there is no /proc: priorities of threads are not looked at'

/** Of every thread: its priority, and the class it is scheduled in (0 usual, 5 idle). */
function threads(pid: number): { nice: number; policy: number }[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const fields = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return { nice: Number(fields[16]), policy: Number(fields[38]) }
  })
}

async function started() {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(child.stdout, 'data')
  return { pid: child.pid ?? 0, [Symbol.dispose]: () => void child.kill('SIGKILL') }
}

async function until(look: () => boolean): Promise<void> {
  for (const limit = performance.now() + 5_000; !look() && performance.now() < limit; ) await sleep(20)
  assert.ok(look())
}

test('all threads of a process get the lower priority, not only the first', { skip }, async () => {
  using child = await started()
  assert.ok(threads(child.pid).length > 1)
  lowerPriority(child.pid, 10)
  await until(() => threads(child.pid).every(({ nice }) => nice === 10))
})

test('a background process has the lowest priority, and runs only when the CPU is idle where the system supports that', {
  skip,
}, async () => {
  using child = await started()
  giveWayWholly(child.pid)
  await until(() => threads(child.pid).every(({ nice }) => nice === 19))
  if (existsSync('/usr/bin/chrt')) await until(() => threads(child.pid).every(({ policy }) => policy === 5))
})
