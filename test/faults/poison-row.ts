/**
 * Poison among readings: frames that no decoder takes, numbers at every limit, sums beyond 2^53, bodies of megabytes, headers without end.
 * Every reading between them is committed, the server goes on, and it reports ready.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createOracle, type SentFrame } from '../fixtures/oracle.ts'
import { apiKey, ingestToken, startServer, type TestServer } from '../fixtures/server.ts'
import type { FaultRow } from './fault-row.ts'
import { createRandom } from './random.ts'

/** Bodies of one server: poison and readings in turns. */
const poisonsEach = 100
const settledMsMax = 60_000
const most = Number.MAX_SAFE_INTEGER
const micros = 1_764_000_000_000_000

interface Post {
  readonly type: string
  readonly body: string
}

/** Each kind once in a row of this length, each row from another number, so that devices differ. */
const kinds: readonly ((n: number) => Post)[] = [
  (n) => json([0, most, 1].map((count_in) => ({ device: `count-${n}`, count_in }))),
  (n) => json([0, 1].map((i) => ({ device: `jump-${n}`, seq: i === 0 ? 1 : micros, occupied: true }))),
  (n) => json([{ device: `edge-${n}`, seq: most, epoch: most, count_out: most, occupied: null }]),
  (n) =>
    json([
      { device: `again-${n}`, epoch: most, seq: 0, occupied: true },
      { device: `again-${n}`, seq: 0, occupied: false },
    ]),
  () => json([{ device: 'x'.repeat(129), occupied: true }, { device: '\u0000', occupied: true }, 17, null, {}]),
  (n) => json([{ device: `heat-${n}`, temperature_c: 1e308, distance_mm: 1e-320, rssi_dbm: -300 }]),
  () => ({ type: 'application/json', body: '{"device":' }),
  () => ({ type: 'application/json', body: `{"device":"${'y'.repeat(3_000_000)}` }),
  () => ({ type: 'application/x-ndjson', body: 'x\n'.repeat(20_000) }),
  () => ({
    type: 'text/csv',
    body: `${Array.from({ length: 6_000 }, (_, i) => `c${i}`).join(',')}\n${'x\n'.repeat(5_000)}`,
  }),
  (n) =>
    json([
      { device: `𝒳-${n}`, bay: 'ü'.repeat(128), occupied: true },
      { device: '\ud800', occupied: true },
    ]),
]

function json(readings: readonly unknown[]): Post {
  return { type: 'application/json', body: JSON.stringify(readings) }
}

export const poisonRow: FaultRow = {
  name: 'poison',
  full: 500,
  long: 20_000,
  unit: 'poison bodies',
  passesWhen:
    'every reading between them is committed once, processing advances, the server is ready at the end, and the balance closes',
  async run({ budgetMs, firstSeed, onProgress }) {
    const until = performance.now() + budgetMs
    const failures: { seed: number; what: string }[] = []
    let reached = 0
    let readings = 0
    for (let seed = firstSeed; seed === firstSeed || performance.now() < until; seed++) {
      try {
        readings += await round(seed)
        reached += poisonsEach
      } catch (error) {
        failures.push({ seed, what: (error as Error).message })
      }
      onProgress?.(reached)
      if (failures.length > 3) break
    }
    return { reached, failures, note: `${readings.toLocaleString('en')} readings between them, all committed` }
  },
}

async function round(seed: number): Promise<number> {
  const random = createRandom(seed)
  const oracle = createOracle()
  await using server = await startServer()
  const url = `${server.ready.ingest}/ingest/v1`
  let seq = 0
  for (let n = 0; n < poisonsEach; n++) {
    // First each kind once, for every seed; then by chance.
    const kind = kinds[n < kinds.length ? n : Math.floor(random() * kinds.length)] as (typeof kinds)[number]
    await post(url, kind(n))
    const frames: SentFrame[] = Array.from({ length: 3 }, () => ({
      device: `good-${seed}`,
      seq: ++seq,
      occupied: seq % 2 === 0,
    }))
    oracle.sent(...frames)
    const status = await post(url, json(frames))
    if (status !== 202) throw new Error(`a good reading was answered ${status}`)
    oracle.acknowledged(...frames)
  }
  await settled(server)
  await oracle.check(server, { everything: false })
  return seq
}

async function post(url: string, { type, body }: Post): Promise<number> {
  const headers = { authorization: `Bearer ${ingestToken}`, 'content-type': type }
  const answer = await fetch(url, { method: 'POST', headers, body })
  await answer.arrayBuffer()
  return answer.status
}

/** Nothing is pending, the balance closes, and the server reports ready. */
async function settled({ ready }: TestServer): Promise<void> {
  const until = performance.now() + settledMsMax
  const ledgerOf = async () => {
    const answer = await fetch(`${ready.web}/api/v1/ledger`, { headers: { authorization: `Bearer ${apiKey}` } })
    return ((await answer.json()) as { totals?: { pending: number; difference: number } }).totals
  }
  let ledger = await ledgerOf()
  while (ledger?.pending !== 0 && performance.now() < until) {
    await sleep(200)
    ledger = await ledgerOf()
  }
  if (ledger?.pending !== 0)
    throw new Error(`${ledger?.pending ?? 'unknown'} frames wait ${settledMsMax / 1_000} s after the last`)
  if (ledger.difference !== 0) throw new Error(`the balance misses ${ledger.difference} frames`)
  const answer = await fetch(`${ready.web}/readyz`)
  if (!answer.ok) throw new Error(`not ready at the end: ${await answer.text()}`)
}
