/** A recount is a record of the journal: every acknowledged one survives kills of all processes, once, and a rebuild makes the same rows. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CountChangeOnWire } from '@baykeeper/contract/count.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import { signal } from '../tools/process-tree.ts'
import { runCli } from './fixtures/cli.ts'
import { drainedLedger } from './fixtures/readings.ts'
import { apiOf, ingestToken, type ReadyFile, startServer } from './fixtures/server.ts'

const deck = { site: 'south', level: 'l0', zone: 'deck' }
const capacity = 50
const layout = {
  ...{ name: 'Harbour City', bay_w: 2.5, bay_h: 5 },
  sites: [
    {
      ...{ id: 'south', name: 'South Garage', zone: 'Europe/Berlin' },
      levels: [
        {
          ...{ id: 'l0', name: 'Ground', x: 0, y: 0, w: 100, h: 50, bays: [] },
          zones: [{ id: 'deck', name: 'Deck', count_capacity: capacity }],
        },
      ],
      gates: [{ id: 'g', name: 'Gate', devices: ['loop'], into: { level: 'l0', zone: 'deck' } }],
    },
  ],
}
const rounds = 3
/** The longest time until a kill. */
const killMsMax = 600

/** What a gate has counted; sent again until it is accepted, and over restarts of the server. */
const counter = { seq: 0, count_in: 1_000, count_out: 400 }

async function pass({ ingest }: ReadyFile) {
  counter.seq++
  counter.count_in += counter.seq % 3
  counter.count_out += (counter.seq + 1) % 3
  const headers = { authorization: `Bearer ${ingestToken}`, 'content-type': 'application/json' }
  const body = JSON.stringify([{ device: 'loop', ...counter }])
  await fetch(`${ingest}/ingest/v1`, { method: 'POST', headers, body })
}

/** An answer that did not come is no promise. Each is sent twice: it is the same one. */
async function recountUntilKilled(ready: ReadyFile, round: number, acknowledged: Map<string, number>) {
  for (let n = 0; ; n++) {
    await pass(ready)
    const [id, vehicles] = [`${round}-${n}`, n % capacity]
    for (let twice = 0; twice < 2; twice++) {
      const { status } = await apiOf(ready.web).answer(routes.recount, {
        body: { id, ...deck, vehicles, reason: 'a test' },
      })
      if (status === 200 || status === 202) acknowledged.set(id, vehicles)
    }
  }
}

async function wholeTrail({ web }: ReadyFile): Promise<CountChangeOnWire[]> {
  const items: CountChangeOnWire[] = []
  for (let cursor: string | undefined | null; cursor !== null; ) {
    const page = await apiOf(web).call(routes.countTrail, { query: { ...deck, limit: 200, cursor } })
    items.push(...page.items)
    cursor = page.next
  }
  return items
}

interface Sums {
  readonly data: { readonly tables: readonly { table: string; rows: number; checksum: string }[] }
}
async function cli(args: readonly string[]): Promise<Sums> {
  const { code, stdout, stderr } = await runCli(args)
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as Sums
}

test('every acknowledged recount is in the trail once after kills at random moments, and a rebuild makes the same rows', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'recounting-'))
  const acknowledged = new Map<string, number>()
  try {
    for (let round = 0; round < rounds; round++) {
      await using server = await startServer({ dataDir })
      const { ready } = server
      if (round === 0) await apiOf(ready.web).answer(routes.publishLayout, { body: layout })
      // The connection breaks with the process that is killed.
      const recounting = recountUntilKilled(ready, round, acknowledged).catch(() => {})
      await sleep(300 + Math.random() * killMsMax)
      for (const name of ['main', 'intake', 'processor', 'web'] as const) signal(ready.pids[name], 'SIGKILL')
      await recounting
    }
    await (async () => {
      await using server = await startServer({ dataDir })
      await drainedLedger(dataDir)
      const recounts = (await wholeTrail(server.ready)).filter(({ change }) => change === 'recount')
      const found = Map.groupBy(recounts, ({ id }) => id ?? '')
      assert.ok(acknowledged.size > 0, 'nothing was acknowledged: the test shows nothing')
      for (const [id, vehicles] of acknowledged)
        assert.deepEqual(
          found.get(id)?.map((change) => change.vehicles),
          [vehicles],
          `recount ${id}\n${server.logs()}`,
        )
      assert.ok([...found.values()].every(({ length }) => length === 1))
    })()
    const before = await cli(['checksum', '--json', '--data', dataDir])
    const into = `sqlite:${path.join(dataDir, 'beside.db')}`
    const after = await cli(['rebuild', '--json', '--data', dataDir, '--into', into])
    const rowsOf = (table: string) => before.data.tables.find((each) => each.table === table)?.rows ?? 0
    assert.ok(rowsOf('count_zone') === 1 && rowsOf('count_change') > 0 && rowsOf('zone_count') > 0)
    // The last checkpoint of intake may come when the processor has ended: what it counts by the day is not compared.
    const compared = ({ data }: Sums) =>
      data.tables.filter(({ table }) => table !== 'fold_clock' && table !== 'intake_day')
    assert.deepEqual(compared(after), compared(before))
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})
