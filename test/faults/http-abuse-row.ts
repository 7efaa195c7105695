/**
 * The real HTTP source while others abuse it: heads and bodies that trickle, bodies without end, compression bombs, floods of headers,
 * connections and pipelined requests, with and without a valid token. Honest clients, from a thread of their own, must be answered.
 * Abusers and honest clients have threads of their own, so that only the source's own time is measured.
 */
import { Worker } from 'node:worker_threads'
import { httpSource } from '../../src/sources/http/http-source.ts'
import type { FaultRow } from './fault-row.ts'
import type { AbuserOptions } from './http-abusers.ts'
import type { HonestOptions, HonestResult } from './http-honest.ts'
import { createSinkContext, runFor } from './sink-context.ts'

/** On a machine with nothing else to do; and at most this many times as slow as beside work that does no harm. */
const p99MsMax = 250
const slowerMax = 10
/** Each round begins with fresh connections; what a round holds is chosen by its seed. */
const roundMs = 15_000
const residentBytesMax = 700 * 1024 * 1024
const settleMs = 2_000
const calmMs = 3_000

export const httpAbuseRow: FaultRow = {
  name: 'HTTP abuse: slow clients, huge bodies, compression bombs, header floods',
  full: 300,
  long: 3_600,
  unit: 'seconds',
  passesWhen: `every honest request answered 202, p99 < ${p99MsMax} ms or ${slowerMax} times that beside harmless work, bounded memory`,
  alone: true,
  async run({ budgetMs, firstSeed, onProgress }) {
    const began = performance.now()
    const failures: { seed: number; what: string }[] = []
    const latencies: number[] = []
    // What this machine costs an honest client beside a thread as busy as the abusers' that leaves the source alone. Other work on the
    // machine comes and goes: it is measured before and after each round, and the slower of the two counts.
    const harmless = async (seed: number) => quantile((await round(seed, calmMs, false)).latencies, 0.99)
    let calm = await harmless(firstSeed)
    let reached = 0
    let abuses = 0
    let resident = 0
    for (let seed = firstSeed; seed === firstSeed || performance.now() - began + roundMs < budgetMs; seed++) {
      const ms = Math.min(roundMs, Math.max(settleMs, budgetMs - (performance.now() - began)))
      const found = await round(seed, ms, true)
      latencies.push(...found.latencies)
      abuses += found.abuses
      resident = Math.max(resident, found.residentBytes)
      reached += Math.round(ms / 1_000)
      if (found.failures.length > 0)
        failures.push({
          seed,
          what: `${found.failures.length} honest requests failed: ${found.failures.slice(0, 3).join('; ')}`,
        })
      const p99 = quantile(found.latencies, 0.99)
      const before = calm
      calm = await harmless(seed)
      const allowed = Math.max(p99MsMax, slowerMax * Math.max(before, calm))
      if (p99 > allowed)
        failures.push({
          seed,
          what: `honest p99 ${p99.toFixed(0)} ms, beside harmless work ${before.toFixed(0)} and ${calm.toFixed(0)} ms`,
        })
      if (found.residentBytes > residentBytesMax)
        failures.push({ seed, what: `${Math.round(found.residentBytes / 1024 / 1024)} MiB resident` })
      onProgress?.(reached)
      if (failures.length > 3) break
    }
    return {
      reached,
      failures,
      note: `honest p50 ${quantile(latencies, 0.5).toFixed(1)} ms, p99 ${quantile(latencies, 0.99).toFixed(1)} ms of ${latencies.length.toLocaleString('en')} (p99 beside harmless work ${calm.toFixed(1)} ms); ${abuses.toLocaleString('en')} abuses; ${Math.round(resident / 1024 / 1024)} MiB resident`,
    }
  },
}

const quantile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN

interface Round extends HonestResult {
  readonly abuses: number
  readonly residentBytes: number
}

async function round(seed: number, ms: number, abusive: boolean): Promise<Round> {
  const senders: Record<string, { source: string }> = { honest: { source: 'north' }, abuser: { source: 'south' } }
  const tokens = { ingest: (token: string) => senders[token] }
  const { promise, resolve } = Promise.withResolvers<string>()
  const source = httpSource({ listen: { host: '127.0.0.1', port: 0 }, tokens, onListening: resolve })
  const stop = runFor(source.run, createSinkContext())
  let residentBytes = 0
  const watch = setInterval(() => {
    residentBytes = Math.max(residentBytes, process.memoryUsage.rss())
  }, 100)
  try {
    const port = Number(new URL(await promise).port)
    const abusing = abusive
      ? inThread<number>('./http-abusers.ts', { port, seed, ms } satisfies AbuserOptions)
      : busyThread(ms)
    const honest = await inThread<HonestResult>('./http-honest.ts', {
      port,
      seed,
      ms: ms - 500,
    } satisfies HonestOptions)
    return { ...honest, abuses: await abusing, residentBytes }
  } finally {
    clearInterval(watch)
    await stop()
  }
}

/** Works for so long without sending anything; resolves to the number of abuses, which is none. */
function busyThread(ms: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const work =
    'for (const until = performance.now() + require("node:worker_threads").workerData; performance.now() < until; );'
  const worker = new Worker(work, { eval: true, workerData: ms })
  worker.once('error', reject)
  worker.once('exit', () => resolve(0))
  return promise
}

function inThread<Result>(file: string, workerData: unknown): Promise<Result> {
  const worker = new Worker(new URL(file, import.meta.url), { workerData })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)))
  })
}
