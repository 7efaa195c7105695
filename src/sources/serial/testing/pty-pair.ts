/** A serial cable without ports: a pair of pseudo-terminals, held by socat until the test ends. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

const lookMs = 5
const pause = () => new Promise((resolve) => setTimeout(resolve, lookMs))

export async function ptyPair(t: TestContext): Promise<{ readonly near: string; readonly far: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'pty-pair-'))
  const [near, far] = [join(dir, 'near'), join(dir, 'far')]
  const socat = spawn('socat', [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], { stdio: 'ignore' })
  t.after(async () => {
    const gone = once(socat, 'exit')
    socat.kill('SIGKILL')
    await gone
    await rm(dir, { recursive: true, force: true })
  })
  while (!existsSync(near) || !existsSync(far)) await pause()
  return { near, far }
}
