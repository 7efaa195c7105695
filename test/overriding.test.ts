/** What people set for bays is a record of the journal: every acknowledged override survives kills of all processes, and none is there twice. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { routes } from '@baykeeper/contract/routes.ts'
import { signal } from '../tools/process-tree.ts'
import { apiOf, type ReadyFile, startServer } from './fixtures/server.ts'

const bays = Array.from({ length: 8 }, (_, i) => `B-${i}`)
const layout = {
  ...{ name: 'Harbour City', bay_w: 2.5, bay_h: 5 },
  sites: [
    {
      ...{ id: 'south', name: 'South Garage', zone: 'Europe/Berlin' },
      levels: [
        {
          ...{ id: 'l0', name: 'Ground', x: 0, y: 0, w: 100, h: 50, zones: [] },
          bays: bays.map((id, i) => ({ id, x: i * 3, y: 0 })),
        },
      ],
    },
  ],
}
const rounds = 3
/** The longest time until a kill. */
const killMsMax = 600

/** An answer that did not come is no promise; asked again with the same id it is the same override. */
async function overrideUntilKilled(
  ready: ReadyFile,
  round: number,
  acknowledged: Map<string, string>,
  ended: Set<string>,
) {
  for (let n = 0; ; n++) {
    const id = `${round}-${n}`
    const bay = bays[n % bays.length] as string
    const body = { id, bays: [bay], state: 'closed' as const, reason: 'a test' }
    const began = await apiOf(ready.web).answer(routes.beginOverride, { body })
    if (began.status === 200 || began.status === 202) acknowledged.set(id, bay)
    if (n % 3 !== 2) continue
    const gone = await apiOf(ready.web).answer(routes.endOverride, { params: { id } })
    if (gone.status === 200 || gone.status === 202) ended.add(id)
  }
}

test('every acknowledged override is in force after kills at random moments, none twice, and an ended one stays ended', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'overriding-'))
  const acknowledged = new Map<string, string>()
  const ended = new Set<string>()
  try {
    for (let round = 0; round < rounds; round++) {
      await using server = await startServer({ dataDir })
      const { ready } = server
      if (round === 0) await apiOf(ready.web).answer(routes.publishLayout, { body: layout })
      // The connection breaks with the process that is killed.
      const overriding = overrideUntilKilled(ready, round, acknowledged, ended).catch(() => {})
      await sleep(200 + Math.random() * killMsMax)
      for (const name of ['main', 'intake', 'processor', 'web'] as const) signal(ready.pids[name], 'SIGKILL')
      await overriding
    }
    await using server = await startServer({ dataDir })
    const { ready } = server
    const inForce = [...acknowledged.keys()].filter((id) => !ended.has(id))
    for (const id of acknowledged.keys())
      for (let tries = 0; ; tries++) {
        const answer = await apiOf(ready.web).answer(routes.override, { params: { id } })
        const isEnded = answer.status === 200 && ((await answer.json()) as { ended: string | null }).ended !== null
        // One whose end was asked for and not acknowledged may be either.
        if (answer.status === 200 && (!ended.has(id) || isEnded)) break
        assert.ok(tries < 400, `override ${id} is not as it was acknowledged: ${answer.status}\n${server.logs()}`)
        await sleep(50)
      }
    assert.ok(inForce.length > 0, 'nothing was acknowledged: the test shows nothing')
    using db = new DatabaseSync(path.join(dataDir, 'baykeeper.db'), { readOnly: true })
    const rows = db.prepare('SELECT id, count(*) AS n FROM bay_override GROUP BY id HAVING n > 1').all()
    assert.deepEqual(rows, [])
    const closed = db.prepare('SELECT bay FROM bay_state WHERE state = 4').all() as { bay: string }[]
    const stillClosed = new Set(
      inForce.filter((id) => Number(id.split('-')[1]) % 3 !== 2).map((id) => acknowledged.get(id)),
    )
    for (const bay of stillClosed)
      assert.ok(
        closed.some((row) => row.bay === bay),
        `${bay} is not closed`,
      )
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})
