/**
 * Lines of boards on a serial port that does not exist: socat joins two pseudo-terminals, the server opens one by the path in its configuration, the
 * boards write to the other.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { systemClock } from '../../lib/clock.ts'
import { SendRefused } from '../senders/sender.ts'
import { openLine, writeAll } from '../senders/serial.ts'
import type { Channel, ChannelOptions } from './channel.ts'

const pairMsMax = 5_000
/** The server looks for a port that has appeared this often; what is written before is held by the pseudo-terminal. */
const openedMs = 3_000
/** What is not read when the line ends is lost. */
const drainMs = 3_000

/** `port`: the path that the server opens, which does not exist yet. */
export async function serialChannel(port: string, { signal }: ChannelOptions): Promise<Channel> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-line-'))
  const boards = path.join(dir, 'boards')
  const socat = spawn('socat', [`pty,raw,echo=0,link=${port}`, `pty,raw,echo=0,link=${boards}`], { stdio: 'ignore' })
  await pairExists(socat, [port, boards])
  const line = await openLine(boards, 115_200)
  await systemClock.sleep(openedMs, signal)
  const write = (text: string) => writeAll(line, Buffer.from(text), signal)
  return {
    async send(records) {
      await write(records.flatMap(({ texts }) => texts.map((text) => `${text}\n`)).join(''))
    },
    async noise(text) {
      await write(`${text}\n`)
      return 1
    },
    async [Symbol.asyncDispose]() {
      if (!signal.aborted) await systemClock.sleep(drainMs)
      await line.close()
      socat.kill()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function pairExists(socat: ChildProcess, paths: readonly string[]): Promise<void> {
  let fault: Error | undefined
  socat.once('error', (error) => {
    fault = error
  })
  for (let waited = 0; paths.some((each) => !existsSync(each)); waited += 20) {
    if (fault || socat.exitCode !== null || waited > pairMsMax)
      throw new SendRefused(
        `socat made no pseudo-terminal at ${paths[0]}: ${fault?.message ?? `it ended with ${socat.exitCode}`}; install socat, and take a path that does not exist`,
      )
    await systemClock.sleep(20)
  }
}
