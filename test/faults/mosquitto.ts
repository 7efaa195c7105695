/** A private Mosquitto that keeps sessions and queues over a restart, on a free port of the loopback. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findPart } from '../../tools/parts.ts'

export interface Mosquitto extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** An orderly stop, which writes what is queued to its file, and a start. */
  restart(): Promise<void>
}

const startMsMax = 10_000

export async function startMosquitto(): Promise<Mosquitto> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-mosquitto-'))
  const port = await freePort()
  const conf = path.join(dir, 'conf')
  const settings = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    `user ${os.userInfo().username}`,
    'persistence true',
    `persistence_location ${dir}/`,
    'max_queued_messages 0',
  ]
  await writeFile(conf, `${settings.join('\n')}\n`)
  let broker: ChildProcess | undefined

  async function start() {
    broker = spawn(findPart('mosquitto') ?? 'mosquitto', ['-c', conf], { stdio: 'ignore' })
    for (const until = performance.now() + startMsMax; !(await answers(port)); await sleep(20))
      if (performance.now() > until || broker.exitCode !== null) throw new Error('Mosquitto does not start')
  }
  async function stop(signal: NodeJS.Signals) {
    if (!broker || broker.exitCode !== null) return
    const gone = once(broker, 'exit')
    broker.kill(signal)
    await gone
  }
  await start()
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    async restart() {
      await stop('SIGTERM')
      await start()
    },
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL')
      await rm(dir, { recursive: true, force: true })
    },
  }
}

export async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as net.AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
