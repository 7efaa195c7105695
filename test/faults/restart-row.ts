/**
 * Restarts of intake under a load of webhooks. The listening sockets are held by `main`: connections opened while no process accepts wait in
 * the kernel. So none is refused, an orderly restart answers every request, and kill -9 resets at most the requests under way.
 */
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createOracle, type Oracle } from '../fixtures/oracle.ts'
import { ingestToken, startServer } from '../fixtures/server.ts'
import type { FaultRow } from './fault-row.ts'
import { createRandom } from './random.ts'
import { frameSource } from './senders-under-fault.ts'

const workers = 8
/** Per server: the restart delay of a process grows with each exit. */
const restartsEach = 8
const roundMs = 8_000

interface Tally {
  answered: number
  refused: number
  reset: number
  other: string[]
}

export const restartRow: FaultRow = {
  name: 'restarts of intake under webhooks',
  full: 20,
  long: 1_000,
  unit: 'restarts',
  passesWhen:
    'no connection refused; orderly: every request answered; kill -9: only requests under way are reset; nothing lost',
  async run({ budgetMs, firstSeed, onProgress }) {
    const until = performance.now() + budgetMs
    const failures: { seed: number; what: string }[] = []
    let reached = 0
    let answered = 0
    let reset = 0
    for (let seed = firstSeed; seed === firstSeed || performance.now() + roundMs < until; seed++) {
      try {
        const tally = await round(seed, restartsEach)
        answered += tally.answered
        reset += tally.reset
        reached += restartsEach
      } catch (error) {
        failures.push({ seed, what: (error as Error).message })
      }
      onProgress?.(reached)
      if (failures.length > 3) break
    }
    return {
      reached,
      failures,
      note: `${answered.toLocaleString('en')} requests answered, 0 refused, ${reset} reset by kill -9`,
    }
  },
}

async function round(seed: number, restarts: number): Promise<Tally> {
  const random = createRandom(seed)
  const oracle = createOracle()
  await using server = await startServer()
  const stopper = new AbortController()
  const tally: Tally = { answered: 0, refused: 0, reset: 0, other: [] }
  const load = Array.from({ length: workers }, (_, i) =>
    webhooks(`${server.ready.ingest}/ingest/v1`, `${seed}-${i}`, oracle, tally, stopper.signal),
  )
  using _ = { [Symbol.dispose]: () => stopper.abort() }
  for (let i = 0; i < restarts; i++) {
    await sleep(150 + random() * 250)
    const before = tally.reset
    const orderly = random() < 0.5
    const { intake } = server.ready.pids
    if (orderly) process.kill(intake, 'SIGTERM')
    else await server.kill('intake')
    await server.back('intake', intake)
    if (tally.refused > 0) throw new Error(`${tally.refused} connections were refused (restart ${i + 1})`)
    const resets = tally.reset - before
    if (resets > (orderly ? 0 : workers))
      throw new Error(
        `${resets} requests were reset by ${orderly ? 'an orderly restart' : `kill -9 of ${workers} under way`}`,
      )
    if (tally.other.length > 0) throw new Error(tally.other.join('; '))
  }
  stopper.abort()
  await Promise.all(load)
  // Requests of an aborted worker without an answer are not obligations.
  await oracle.check(server)
  return tally
}

/** Each request has a connection of its own, as network servers do it. One that was reset is sent again. */
async function webhooks(url: string, name: string, oracle: Oracle, tally: Tally, signal: AbortSignal) {
  const next = frameSource(`hook-${name}`, 0)
  while (!signal.aborted) {
    const frame = next()
    oracle.sent(frame)
    while ((await post(url, JSON.stringify(frame), tally)) !== 202) {
      if (signal.aborted) return
      await sleep(20)
    }
    oracle.acknowledged(frame)
    tally.answered++
    await sleep(2)
  }
}

function post(url: string, body: string, tally: Tally): Promise<number> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${ingestToken}`, 'content-type': 'application/json', connection: 'close' }
    const request = http.request(url, { method: 'POST', agent: false, timeout: 15_000, headers }, (answer) => {
      answer.resume()
      if (answer.statusCode !== 202) tally.other.push(`answered ${answer.statusCode}`)
      answer.on('end', () => resolve(answer.statusCode ?? 0)).on('error', () => resolve(0))
    })
    request.on('timeout', () => request.destroy(new Error('no answer within 15 s')))
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') tally.refused++
      else if (error.code === 'ECONNRESET') tally.reset++
      else tally.other.push(error.message)
      resolve(0)
    })
    request.end(body)
  })
}
