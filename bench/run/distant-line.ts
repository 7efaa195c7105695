/**
 * A database some milliseconds away: a TCP proxy, in a thread of its own, that hands every byte on after a fixed time in each direction.
 * Order is kept and bandwidth is not limited.
 */
import net from 'node:net'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

export interface DistantLine extends AsyncDisposable {
  readonly port: number
}

interface Distance {
  readonly port: number
  readonly roundTripMs: number
}

export async function distantLine(port: number, roundTripMs: number): Promise<DistantLine> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { port, roundTripMs } satisfies Distance })
  const own = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  return {
    port: own,
    [Symbol.asyncDispose]: async () => {
      await worker.terminate()
    },
  }
}

function serve({ port, roundTripMs }: Distance): void {
  const server = net.createServer({ noDelay: true }, (client) => {
    const database = net.connect({ port, host: '127.0.0.1', noDelay: true })
    for (const [from, to] of [
      [client, database],
      [database, client],
    ] as const) {
      const send = later(roundTripMs / 2)
      from.on('data', (bytes) => send(() => to.destroyed || to.write(bytes)))
      from.on('error', () => to.destroy())
      from.on('close', () => send(() => to.destroy()))
    }
  })
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as net.AddressInfo).port))
}

/** Runs tasks in order, each a fixed time after its request. Node's timers are a millisecond coarse: the last one is spun. */
function later(ms: number): (what: () => void) => void {
  const waiting: { readonly due: number; readonly what: () => void }[] = []
  let running = false
  const work = () => {
    for (let first = waiting[0]; first; first = waiting[0]) {
      const left = first.due - performance.now()
      if (left > 1) return void setTimeout(work, Math.floor(left))
      if (left > 0) return void setImmediate(work)
      waiting.shift()
      first.what()
    }
    running = false
  }
  return (what) => {
    waiting.push({ due: performance.now() + ms, what })
    if (running) return
    running = true
    work()
  }
}

if (!isMainThread) serve(workerData as Distance)
