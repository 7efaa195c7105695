/**
 * The load, in a process of its own: HTTP batches over a few connections. A device belongs to one connection, which waits for each answer
 * before it sends on, so that numbers arrive in order as they do from real senders.
 */
import http from 'node:http'
import { createLines, firstSeq } from './event-lines.ts'

export interface Flood {
  readonly kind: 'flood'
  readonly events: number
}
export interface Pace {
  readonly kind: 'pace'
  readonly rate: number
  readonly seconds: number
}
export interface Target {
  readonly kind: 'target'
  readonly url: string
  readonly token: string
  readonly devices: number
}
/** Sent to the parent: one single acknowledged reading of its own device. */
export interface Probe {
  readonly kind: 'probe'
  readonly seq: number
  readonly sentMs: number
}
export interface Done {
  readonly kind: 'done'
  readonly sent: number
  readonly ackMs: readonly number[]
}

export const probeDevice = 'probe'
const connections = 8
const floodBatch = 1_000
const paceTickMs = 10
const probeEveryMs = 20
/** Comparable between processes of one machine. */
const nowMs = () => performance.timeOrigin + performance.now()

if (process.send) {
  let lines: ReturnType<typeof createLines>[] = []
  let post: (body: Buffer | string) => Promise<number>
  let probes = 0
  process.on('message', async (message: Target | Flood | Pace) => {
    if (message.kind === 'target') {
      post = poster(message)
      lines = Array.from({ length: connections }, (_, from) =>
        createLines({ from, to: message.devices, step: connections }),
      )
      process.send?.({ kind: 'done', sent: 0, ackMs: [] } satisfies Done)
    } else process.send?.(message.kind === 'flood' ? await flood(message) : await pace(message))
  })

  async function flood({ events }: Flood): Promise<Done> {
    const ackMs: number[] = []
    let sent = 0
    const connection = async (maker: ReturnType<typeof createLines>) => {
      while (sent < events) {
        sent += floodBatch
        ackMs.push(await post(maker.next(floodBatch)))
      }
    }
    await Promise.all(lines.map(connection))
    return { kind: 'done', sent, ackMs }
  }

  async function pace({ rate, seconds }: Pace): Promise<Done> {
    const ackMs: number[] = []
    const perTick = (rate * paceTickMs) / 1_000
    const began = performance.now()
    const last = lines.map(() => Promise.resolve())
    const probing = probe(began + seconds * 1_000)
    let sent = 0
    for (let tick = 0; tick * paceTickMs < seconds * 1_000; tick++) {
      await sleepUntil(began + tick * paceTickMs)
      const turn = tick % connections
      const before = last[turn]
      last[turn] = (async () => {
        await before
        ackMs.push(await post((lines[turn] as ReturnType<typeof createLines>).next(perTick)))
      })()
      sent += perTick
    }
    await Promise.all(last)
    return { kind: 'done', sent: sent + (await probing), ackMs }
  }

  async function probe(until: number): Promise<number> {
    let sent = 0
    for (let next = performance.now(); next < until; next += probeEveryMs, sent++) {
      await sleepUntil(next)
      const seq = firstSeq + probes++
      const sentMs = nowMs()
      process.send?.({ kind: 'probe', seq, sentMs } satisfies Probe)
      await post(JSON.stringify({ device: probeDevice, seq, occupied: seq % 2 === 0 }))
    }
    return sent
  }
}

const sleepUntil = (time: number) =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, time - performance.now())))

/** Resolves with the milliseconds until the batch was acknowledged as durable. */
function poster({ url, token }: Target): (body: Buffer | string) => Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections + 1 })
  const { hostname, port } = new URL(url)
  const post = (body: Buffer | string) =>
    new Promise<number>((resolve, reject) => {
      const began = performance.now()
      const request = http.request(
        {
          ...{ agent, hostname, port, path: '/ingest/v1', method: 'POST' },
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/x-ndjson',
            'content-length': Buffer.byteLength(body),
          },
        },
        (response) => {
          response.resume()
          response.once('end', () => resolve(response.statusCode === 202 ? performance.now() - began : Number.NaN))
        },
      )
      request.once('error', reject)
      request.end(body)
    })
  return async (body) => {
    for (;;) {
      const tookMs = await post(body)
      if (!Number.isNaN(tookMs)) return tookMs
      // Refused: the same batch again in a moment, as a sender would.
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
