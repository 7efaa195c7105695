/** Who owns a data directory, and what an owner that was killed leaves behind. Each owner is a separate process: its lock ends with it. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { processStart } from './process-identity.ts'
import { claimRunDirectory, DataDirectoryTaken, readyPath } from './run-directory.ts'

let data: string
const started: ChildProcess[] = []
beforeEach(async () => {
  data = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-run-'))
})
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  await rm(data, { recursive: true, force: true })
})

const run = JSON.stringify(path.join(import.meta.dirname, 'run-directory.ts'))
/** Claims the directory, announces itself, spawns a child that stays, and reports the child's number. */
async function owner(): Promise<{ owner: ChildProcess; child: number }> {
  const script = `
    import { spawn } from 'node:child_process'
    import { claimRunDirectory } from ${run}
    const run = claimRunDirectory(${JSON.stringify(data)})
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    run.spawned('web', child.pid)
    await run.announce({ pids: { main: process.pid } })
    process.send(child.pid)
    setInterval(() => {}, 1000)`
  const process_ = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  started.push(process_)
  const [child] = (await once(process_, 'message')) as [number]
  return { owner: process_, child }
}

describe('the run directory', () => {
  test('a second claim is refused with the pid of the owner, and takes nothing of the owner away', async () => {
    const { owner: first, child } = await owner()
    assert.throws(
      () => claimRunDirectory(data),
      (fault) => fault instanceof DataDirectoryTaken && fault.message.includes(`pid ${first.pid}`),
    )
    assert.deepEqual(JSON.parse(readFileSync(readyPath(data), 'utf8')), { pids: { main: first.pid } })
    process.kill(child, 'SIGKILL')
  })

  test('the owner that ends takes its own file away, and the next claim is free', async () => {
    {
      using claim = claimRunDirectory(data)
      await claim.announce({})
    }
    assert.equal(existsSync(readyPath(data)), false)
    using next = claimRunDirectory(data)
    await next.leftoversGone()
  })

  test('after kill -9 of the owner the next one waits for the child left behind, as long as that runs', async () => {
    const { owner: first, child } = await owner()
    first.kill('SIGKILL')
    await once(first, 'exit')
    using next = claimRunDirectory(data)
    assert.equal(existsSync(readyPath(data)), false, 'addresses of the dead are not announced')
    let gone = false
    const waited = next.leftoversGone().then(() => {
      gone = true
    })
    await new Promise((resolve) => setTimeout(resolve, 300))
    assert.notEqual(processStart(child), undefined)
    assert.equal(gone, false)
    process.kill(child, 'SIGKILL')
    await waited
    assert.equal(processStart(child), undefined)
  })

  test('a number that another process has by now is not waited for', async () => {
    const { owner: first, child } = await owner()
    first.kill('SIGKILL')
    await once(first, 'exit')
    const file = path.join(data, 'run', 'processes.json')
    const recorded = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; start: string }[]
    assert.ok(recorded.some(({ pid }) => pid === child))
    process.kill(child, 'SIGKILL')
    writeFileSync(file, JSON.stringify([{ role: 'web', pid: process.pid, start: '1' }]))
    using next = claimRunDirectory(data)
    await next.leftoversGone()
  })
})
