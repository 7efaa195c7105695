/**
 * GET requests at a steady rate: `node bench/domain/requests-process.ts URL KEY RATE SECONDS`. A request that is due is sent, however late the
 * answers before it are, and its time counts from when it was due. Prints one JSON object.
 */
import http from 'node:http'
import { latencyOf } from '../run/figures.ts'

export interface Answered {
  readonly sent: number
  readonly failed: number
  readonly p50_ms: number
  readonly p99_ms: number
  readonly count: number
}

const [url = '', key = '', rateText, secondsText] = process.argv.slice(2)
const rate = Number(rateText)
const count = rate * Number(secondsText)
const connections = 32
/** The first requests find cold code. */
const warmUp = rate / 2
const agent = new http.Agent({ keepAlive: true, maxSockets: connections })
const headers = { authorization: `Bearer ${key}` }
const tookMs: number[] = []
let failed = 0

function get(due: number, isCounted: boolean): Promise<void> {
  return new Promise((resolve) => {
    const end = (isGood: boolean) => {
      if (!isGood) failed++
      else if (isCounted) tookMs.push(performance.now() - due)
      resolve()
    }
    const request = http.get(url, { agent, headers }, (response) => {
      response.resume()
      response.once('end', () => end(response.statusCode === 200))
    })
    request.once('error', () => end(false))
  })
}

const began = performance.now()
const under: Promise<void>[] = []
for (let sent = 0; sent < count + warmUp; ) {
  const due = Math.min(count + warmUp, Math.floor(((performance.now() - began) * rate) / 1_000) + 1)
  for (; sent < due; sent++) under.push(get(began + (sent * 1_000) / rate, sent >= warmUp))
  await new Promise((resolve) => setTimeout(resolve, 1))
}
await Promise.all(under)
console.log(JSON.stringify({ sent: count + warmUp, failed, ...latencyOf(tookMs) } satisfies Answered))
process.exit()
