/** Throughput of MQTT itself on this machine: the same messages through a bare broker, and through Mosquitto to a bare subscriber. */
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { startLoad } from './load.ts'
import { startMosquitto } from './mosquitto.ts'

const devices = 2_000
const open = { kind: 'open', wire: 'mqtt', token: '', from: 0, to: devices, connections: 4, batch: 500 } as const
const drainMsMax = 60_000

/** Messages a second, acknowledged. */
export async function bareBroker(seconds: number): Promise<number> {
  const broker = spawn(process.execPath, [script('bare-broker-process.ts')], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const url = await lines(broker)()
    await using load = await startLoad()
    await load.ask({ ...open, url })
    await load.ask({ kind: 'flood', seconds: seconds / 4 })
    const began = performance.now()
    const { sent } = await load.ask({ kind: 'flood', seconds })
    return sent / ((performance.now() - began) / 1_000)
  } finally {
    broker.kill('SIGKILL')
  }
}

/** Messages a second, at the subscriber. */
export async function bareMosquitto(seconds: number): Promise<number> {
  await using broker = await startMosquitto()
  const subscriber = spawn(process.execPath, [script('bare-subscriber-process.ts'), broker.url], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const next = lines(subscriber)
    await next()
    const count = () => {
      subscriber.stdin?.write('\n')
      return next().then(Number)
    }
    const all = async (wanted: number) => {
      for (const until = performance.now() + drainMsMax; (await count()) < wanted; await sleep(20))
        if (performance.now() > until) throw new Error('the bare subscriber did not get every message')
    }
    await using load = await startLoad()
    await load.ask({ ...open, url: broker.url })
    const warm = await load.ask({ kind: 'flood', seconds: seconds / 4 })
    await all(warm.sent)
    const began = performance.now()
    const { sent } = await load.ask({ kind: 'flood', seconds })
    await all(warm.sent + sent)
    return sent / ((performance.now() - began) / 1_000)
  } finally {
    subscriber.kill('SIGKILL')
  }
}

const script = (name: string) => path.join(import.meta.dirname, name)

function lines(child: ChildProcess): () => Promise<string> {
  const iterator = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]()
  return async () => {
    const { value, done } = await iterator.next()
    if (done) throw new Error('a program of the bench ended')
    return value as string
  }
}
