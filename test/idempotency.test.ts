/** A request that is sent again with its key until it is answered takes effect once, whichever process is killed between its effect and its answer. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { routes } from '@baykeeper/contract/routes.ts'
import { harbourLayout } from './fixtures/harbour-layout.ts'
import { apiOf, type ProcessName, type ReadyFile, startServer } from './fixtures/server.ts'

const rounds = 6
const killMsMax = 250
const answerMsMax = 60_000
const killed: readonly ProcessName[] = ['web', 'main', 'intake', 'web', 'processor', 'web']

/** As a client does: again with the same key, until there is an answer. */
async function untilAnswered(send: () => Promise<Response>): Promise<Response> {
  for (const limit = performance.now() + answerMsMax; ; await sleep(50)) {
    const answer = await send().catch(() => undefined)
    if (answer && answer.status !== 503) return answer
    if (performance.now() > limit) throw new Error(`no answer: ${answer?.status} ${await answer?.text()}`)
  }
}

/** An override without an id of its own, a swap of two sensors, and a recount would each be made twice by a second effect. */
function requestsOf(ready: () => ReadyFile, round: number) {
  const api = () => apiOf(ready().web)
  const [closing, swapping] = [randomUUID(), randomUUID()].map((key) => ({ headers: { 'idempotency-key': key } }))
  const body = { bays: ['A'], state: 'closed' as const, reason: `round ${round}` }
  return [
    () => api().answer(routes.beginOverride, { body }, closing),
    () => api().answer(routes.assign, { body: { swap: ['sensor-of-A', 'sensor-of-B'] } }, swapping),
  ]
}

test('a request takes effect once, whichever process is killed before its answer', async (t) => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'baykeeper-once-'))
  t.after(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }))
  let server = await startServer({ dataDir })
  const stop = async () => server[Symbol.asyncDispose]()
  t.after(() => stop())
  const ready = () => server.ready
  await apiOf(ready().web).call(routes.publishLayout, { body: harbourLayout(['A', 'B']) })
  let replayed = 0
  for (let round = 0; round < rounds; round++) {
    const sending = requestsOf(ready, round).map((send) => untilAnswered(send))
    await sleep(Math.random() * killMsMax)
    const name = killed[round % killed.length] as ProcessName
    const old = await server.kill(name)
    if (name === 'main') {
      await server.stop().catch(() => undefined)
      await stop()
      server = await startServer({ dataDir })
    } else await server.back(name, old)
    const answers = await Promise.all(sending)
    for (const answer of answers) assert.ok(answer.status === 200 || answer.status === 202, await answer.text())
    replayed += answers.filter(({ headers }) => headers.has('idempotency-replayed')).length
  }
  const api = apiOf(ready().web)
  const reasons = (await api.call(routes.overrides, { query: { limit: 200 } })).items.map(({ reason }) => reason)
  assert.deepEqual(
    reasons.toSorted(),
    Array.from({ length: rounds }, (_, round) => `round ${round}`),
  )
  // The first version, and one for each swap.
  const [newest] = (await api.call(routes.layoutVersions, { query: { limit: 1 } })).items
  assert.equal(newest?.version, 1 + rounds)
  t.diagnostic(`${rounds} kills, ${replayed} answers from memory`)
})
