/** Thread of the honest clients: some keep their connection, some open one for each request as network servers do, some pack. */
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { gzipSync } from 'node:zlib'

export interface HonestOptions {
  readonly port: number
  readonly seed: number
  readonly ms: number
}

export interface HonestResult {
  readonly latencies: readonly number[]
  readonly failures: readonly string[]
}

const clients = 20
const everyMs = 100
/** Network servers give a webhook up after that. */
const answerMsMax = 5_000
const reading = '{"device":"A-017","seq":412,"occupied":true}'

async function beHonest({ port, ms }: HonestOptions): Promise<HonestResult> {
  const latencies: number[] = []
  const failures: string[] = []
  const until = performance.now() + ms
  async function client(index: number) {
    const keepAlive = index % 3 !== 0
    const packed = index % 5 === 0
    const agent = new http.Agent({ keepAlive, maxSockets: 1 })
    await sleep((everyMs / clients) * index)
    while (performance.now() < until) {
      const began = performance.now()
      const failure = await post(port, agent, packed)
      if (failure === undefined) latencies.push(performance.now() - began)
      else failures.push(`${failure} after ${Math.round(performance.now() - began)} ms${packed ? ', gzip' : ''}`)
      await sleep(Math.max(0, everyMs - (performance.now() - began)))
    }
    agent.destroy()
  }
  await Promise.all(Array.from({ length: clients }, (_, i) => client(i)))
  return { latencies, failures }
}

/** The failure, if any. */
function post(port: number, agent: http.Agent, packed: boolean): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const headers = {
    authorization: 'Bearer honest',
    'content-type': 'application/json',
    ...(packed ? { 'content-encoding': 'gzip' } : {}),
  }
  const options = { port, host: '127.0.0.1', path: '/ingest/v1', method: 'POST', agent, headers, timeout: answerMsMax }
  const request = http.request(options, (answer) => {
    answer.resume()
    answer.once('end', () => resolve(answer.statusCode === 202 ? undefined : `answered ${answer.statusCode}`))
    answer.once('error', (error) => resolve(error.message))
  })
  request.once('timeout', () => request.destroy(new Error('no answer in time')))
  request.once('error', (error) => resolve(error.message))
  request.end(packed ? gzipSync(reading) : reading)
  return promise
}

if (parentPort) parentPort.postMessage(await beHonest(workerData as HonestOptions))
