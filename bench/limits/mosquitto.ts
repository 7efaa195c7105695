/** A private Mosquitto that drops nothing of a slow subscriber, measured like everything else. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { findPart, missing } from '../../tools/parts.ts'
import { type MeasuredProcess, startMeasured, until } from '../run/measured-process.ts'

export interface Mosquitto extends MeasuredProcess {
  readonly url: string
}

const startMsMax = 10_000

export async function startMosquitto(): Promise<Mosquitto> {
  const binary = findPart('mosquitto')
  if (!binary) throw new Error(String(missing('mosquitto')))
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-mosquitto-'))
  const port = await freePort()
  const settings = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    `user ${os.userInfo().username}`,
    'max_queued_messages 0',
    'max_inflight_messages 4096',
  ]
  const conf = path.join(dir, 'conf')
  await writeFile(conf, `${settings.join('\n')}\n`)
  const broker = startMeasured(binary, ['-c', conf])
  await until('Mosquitto', startMsMax, async () => {
    if (broker.hasEnded()) throw new Error(`Mosquitto ended: ${broker.output()}`)
    return (await answers(port)) || undefined
  })
  const dispose = broker[Symbol.asyncDispose]
  return Object.assign(broker, {
    url: `mqtt://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await dispose()
      await rm(dir, { recursive: true, force: true })
    },
  })
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1' })
    const settle = (isThere: boolean) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as net.AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
