/** Ten times the usual load while the database is down, then the recovery: bounded memory, a fast drain, nothing lost. */
import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { mariadbMissing, startMariadb } from '../../src/store/testing/mariadb-fixture.ts'
import { drainedLedger, readingsOf } from '../fixtures/readings.ts'
import { apiKey, ingestToken, startServer, type TestServer } from '../fixtures/server.ts'
import type { FaultRow } from './fault-row.ts'
import type { FromFlood, ToFlood } from './flood-process.ts'

const basePerSecond = 5_000
const floodPerSecond = 50_000
const drainFactor = 3
const devices = 1_000
/** All processes of the server together; the backlog is on the disk. */
const pssMbMax = 600
/** Base load before the storm. */
const calmMs = 2_000
const drainMsMax = 300_000
/** Of the budget, what the storm may take: the drain, the recount and both starts need the rest. */
const stormShare = 0.3

export const overloadRow: FaultRow = {
  name: 'overload: 50,000/s with the database down, then drain',
  full: 120,
  alone: true,
  weight: 2,
  long: 3_600,
  unit: 'seconds of storm',
  passesWhen: `memory below ${pssMbMax} MB, drained at ${drainFactor} times the base load while it goes on, nothing lost`,
  async run({ budgetMs, firstSeed, onProgress }) {
    const missing = mariadbMissing()
    if (missing) return { reached: 0, failures: [], skipped: missing }
    const stormMs = Math.min(120_000, Math.max(4_000, budgetMs * stormShare))
    await using mariadb = await startMariadb()
    const url = await mariadb.createDatabase()
    await using server = await startServer({ flags: ['--store', url] })
    const flood = startFlood()
    const honest = smallSender(server)
    const failures: { seed: number; what: string }[] = []
    const fail = (what: string) => failures.push({ seed: firstSeed, what })
    try {
      flood.send({ type: 'start', tcp: server.ready.tcp, devices, name: 'flood' })
      flood.send({ type: 'rate', perSecond: basePerSecond })
      await sleep(calmMs)
      const calm = flood.counts().acknowledged
      await mariadb.kill()
      flood.send({ type: 'rate', perSecond: floodPerSecond })
      const most = new Map<string, number>()
      const look = () => {
        for (const [role, mb] of pssOf(server)) most.set(role, Math.max(mb, most.get(role) ?? 0))
      }
      for (const end = performance.now() + stormMs; performance.now() < end; await sleep(500)) {
        look()
        onProgress?.(Math.round((stormMs - (end - performance.now())) / 1_000))
      }
      const stormed = flood.counts().acknowledged - calm
      flood.send({ type: 'rate', perSecond: basePerSecond })
      await mariadb.start()
      const drain = await drained(server, look)
      const { written, acknowledged } = await flood.stop()
      const small = await honest.stop()
      if (small.refused > 0) fail(`a small sender beside the flood was refused ${small.refused} times`)
      const { code, data } = await drainedLedger(server.dataDir, ['--store', url])
      if (written !== acknowledged) fail(`${written - acknowledged} lines were never acknowledged`)
      if (data['committed'] !== written + small.accepted || data['lost'] !== 0 || data['duplicate'] !== 0 || code !== 0)
        fail(`${written} lines sent, the ledger has ${JSON.stringify(data)}`)
      for (const device of [0, 1, devices - 1]) {
        const seqs = (await readingsOf(server.ready.web, `flood-${device}`)).map(({ seq }) => seq)
        const want = Math.ceil((written - device) / devices)
        if (seqs.length !== want || seqs.some((seq, i) => seq !== i + 1))
          fail(`flood-${device}: ${seqs.length} of ${want} read back`)
      }
      const pssMb = [...most.values()].reduce((sum, mb) => sum + mb, 0)
      const byRole = [...most].map(([role, mb]) => `${role} ${mb}`).join(', ')
      if (pssMb > pssMbMax) fail(`${pssMb} MB of memory (${byRole}), ${pssMbMax} allowed`)
      if (drain.perSecond < drainFactor * basePerSecond)
        fail(`drained ${Math.round(drain.perSecond)}/s, ${drainFactor * basePerSecond}/s wanted`)
      return {
        reached: Math.round(stormMs / 1_000),
        failures,
        note: `${Math.round(stormed / (stormMs / 1_000)).toLocaleString('en')}/s taken and acknowledged in the storm, ${pssMb} MB at most (${byRole}), backlog of ${drain.backlog.toLocaleString('en')} drained at ${Math.round(drain.perSecond).toLocaleString('en')}/s; a small HTTP sender beside it: ${small.accepted} of ${small.accepted} accepted, p99 ${small.p99Ms} ms`,
      }
    } finally {
      honest.end()
      flood.end()
    }
  },
}

/** Ten single readings a second over HTTP: the flood of another source must not crowd it out. */
function smallSender({ ready }: TestServer) {
  const stopper = new AbortController()
  const tookMs: number[] = []
  let refused = 0
  const running = (async () => {
    for (let seq = 1; !stopper.signal.aborted; seq++) {
      const began = performance.now()
      const answer = await fetch(`${ready.ingest}/ingest/v1`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ingestToken}`, 'content-type': 'text/csv' },
        body: `small,${seq},,1`,
      })
      await answer.arrayBuffer()
      if (answer.status === 202) tookMs.push(performance.now() - began)
      else refused++
      await sleep(100)
    }
  })()
  running.catch(() => refused++)
  return {
    end: () => stopper.abort(),
    async stop() {
      stopper.abort()
      // It is aborted.
      await running.catch(() => {})
      const sorted = tookMs.toSorted((a, b) => a - b)
      return { accepted: tookMs.length, refused, p99Ms: Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? 0) }
    },
  }
}

/** Commits a second from the first look that finds the database back until nothing is pending but what has just come. */
async function drained(server: TestServer, look: () => void) {
  const limit = performance.now() + drainMsMax
  let first: { at: number; committed: number; pending: number } | undefined
  for (;;) {
    look()
    const law = await liveLaw(server)
    const at = performance.now()
    if (!first && law && law.committed > 0) first = { at, ...law }
    // A second of the base load is always on its way.
    else if (first && law && law.pending <= basePerSecond && at > first.at)
      return { backlog: first.pending, perSecond: ((law.committed - first.committed) * 1_000) / (at - first.at) }
    if (performance.now() > limit)
      throw new Error(`the backlog did not drain in ${drainMsMax / 1_000} s: ${JSON.stringify(law)}`)
    await sleep(100)
  }
}

/** As the running server shows it. */
async function liveLaw({ ready }: TestServer): Promise<{ committed: number; pending: number } | undefined> {
  const headers = { authorization: `Bearer ${apiKey}` }
  const answer = await fetch(`${ready.web}/api/v1/ledger`, { headers }).catch(() => undefined)
  if (answer?.status !== 200) return undefined
  return ((await answer.json()) as { totals: { committed: number; pending: number } | null }).totals ?? undefined
}

/** Proportional set size of each process, MB. */
function pssOf({ ready }: TestServer): [string, number][] {
  return Object.entries(ready.pids).flatMap(([role, pid]) => {
    try {
      const kb = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]
      return [[role, Math.round(Number(kb) / 1_024)]]
    } catch {
      // Just being started again.
      return []
    }
  })
}

function startFlood() {
  const child = fork(path.join(import.meta.dirname, 'flood-process.ts'), { serialization: 'advanced' })
  let counts = { written: 0, acknowledged: 0 }
  const { promise, resolve, reject } = Promise.withResolvers<{ written: number; acknowledged: number }>()
  // It is raced, or awaited later: a rejection before that must not end the process.
  promise.catch(() => {})
  child.on('message', (message: FromFlood) => {
    counts = message
    if (message.type === 'stopped') resolve(message)
  })
  child.on('exit', (code) => reject(new Error(`the flood ended with ${code}`)))
  const send = (message: ToFlood) => child.send(message, () => {})
  return {
    send,
    counts: () => counts,
    stop() {
      send({ type: 'stop' })
      return promise
    },
    end: () => child.kill('SIGKILL'),
  }
}
