/** A layout is a record of the journal: what a running server makes of it while its processes are killed. */

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '@baykeeper/contract/client.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import { signal } from '../tools/process-tree.ts'
import { harbourLayout } from './fixtures/harbour-layout.ts'
import { apiOf, ingestToken, type ReadyFile, type ServerOptions, startServer } from './fixtures/server.ts'

async function put(ready: ReadyFile, ids: readonly string[], base?: number) {
  const answer = await apiOf(ready.web).answer(routes.publishLayout, { query: { base }, body: harbourLayout(ids) })
  return { status: answer.status, body: (await answer.json()) as { version?: number | null; code?: string } }
}

/** One stay in each bay, sent at once. */
async function stays(ready: ReadyFile, ids: readonly string[], seq: number) {
  const readings = [true, false].flatMap((occupied, i) =>
    ids.map((id) => ({ device: `sensor-of-${id}`, seq: seq + i, occupied })),
  )
  const headers = { authorization: `Bearer ${ingestToken}`, 'content-type': 'application/json' }
  const answer = await fetch(`${ready.ingest}/ingest/v1`, { method: 'POST', headers, body: JSON.stringify(readings) })
  assert.ok(answer.ok, await answer.text())
}

/** Undefined where there is none yet. */
const found = <T>(answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((fault) => {
    if (fault instanceof ApiError) return undefined
    throw fault
  })

/** A server whose pages answer: on a busy machine it is ready before they are. */
async function answering(options: ServerOptions = {}) {
  const server = await startServer(options)
  const up = await until(
    () =>
      fetch(`${server.ready.web}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    (is) => is,
  )
  assert.ok(up, server.logs())
  return server
}

const ofSouth = { params: { id: 'south' }, query: { limit: 1_000 } }
const bayed = async (ready: ReadyFile) =>
  ((await found(apiOf(ready.web).call(routes.siteSessions, ofSouth)))?.items ?? []).map(({ bay }) => bay).sort()
const version = async (ready: ReadyFile) => (await found(apiOf(ready.web).call(routes.layout)))?.version

async function until<T>(look: () => Promise<T>, holds: (found: T) => boolean): Promise<T> {
  let found = await look()
  for (let tries = 0; tries < 400 && !holds(found); tries++) {
    await sleep(50)
    found = await look()
  }
  return found
}

function rowsOf(file: string): unknown[][] {
  using db = new DatabaseSync(file, { readOnly: true })
  return ['layout', 'stay', 'occupancy'].map((table) =>
    db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3, 4, 5`).all(),
  )
}

const bays = Array.from({ length: 8 }, (_, i) => `B-${i}`)

describe('a published layout', () => {
  test('is in effect for every reading that is accepted after its answer, and shown with the answer', async () => {
    await using server = await answering()
    const { ready } = server
    for (let n = 1; n <= bays.length; n++) {
      const known = bays.slice(0, n)
      const { status, body } = await put(ready, known)
      // A busy machine may need longer than the answer waits.
      if (status === 202) assert.equal(body.version, null)
      else {
        assert.deepEqual([status, body], [200, { version: n }])
        assert.equal(await version(ready), n)
      }
      await stays(ready, known.slice(-1), 1)
    }
    const found = await until(
      () => bayed(ready),
      ({ length }) => length === bays.length,
    )
    assert.deepEqual(found, bays)
  })

  test('of many that are made from one version at once, one takes effect and the others are refused', async () => {
    await using server = await answering()
    const { ready } = server
    assert.equal((await put(ready, bays.slice(0, 1), 0)).status, 200)
    for (let n = 1; n <= 3; n++) {
      const answers = await Promise.all(bays.slice(0, 6).map((bay) => put(ready, [bay], n)))
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409, 409, 409, 409, 409])
      const winner = answers.findIndex(({ status }) => status === 200)
      const { layout } = await apiOf(ready.web).call(routes.layout)
      assert.deepEqual(layout, harbourLayout([bays[winner] as string]))
    }
    assert.equal(await version(ready), 4)
  })

  test('is 202 while processing cannot commit, and live after a kill of every process', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'layout-'))
    try {
      {
        await using server = await answering({ dataDir })
        const { ready } = server
        assert.equal((await put(ready, bays.slice(0, 1))).status, 200)
        signal(ready.pids.processor, 'SIGSTOP')
        const { status, body } = await put(ready, bays)
        assert.deepEqual([status, body.version], [202, null])
        await stays(ready, bays, 1)
        assert.equal(await version(ready), 1)
        for (const name of ['main', 'intake', 'processor', 'web'] as const) signal(ready.pids[name], 'SIGKILL')
      }
      await using server = await answering({ dataDir })
      const { ready } = server
      const found = await until(
        () => bayed(ready),
        ({ length }) => length === bays.length,
      )
      assert.deepEqual(found, bays)
      assert.equal(await version(ready), 2)
    } finally {
      await rm(dataDir, { recursive: true, force: true })
    }
  })

  test('is the same, with the same stays and occupancy, when the database is made again from the journal', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'layout-'))
    const ends = []
    try {
      for (const round of ['lived', 'replayed']) {
        await using server = await answering({ dataDir })
        const { ready } = server
        if (round === 'lived') {
          await stays(ready, bays, 1)
          await put(ready, bays.slice(0, 4))
          await stays(ready, bays, 3)
          await put(ready, bays.slice(2))
          await stays(ready, bays, 5)
        }
        const staysOf = await until(
          () => bayed(ready),
          ({ length }) => length === 8,
        )
        assert.equal(staysOf.length, 8)
        await server.stop()
        ends.push(rowsOf(path.join(dataDir, 'baykeeper.db')))
        for (const file of ['', '-wal', '-shm']) await rm(path.join(dataDir, `baykeeper.db${file}`), { force: true })
      }
    } finally {
      await rm(dataDir, { recursive: true, force: true })
    }
    assert.ok(ends[0]?.every((rows) => rows.length > 0))
    assert.deepEqual(ends[1], ends[0])
  })

  for (const [point, saved] of [
    ['desk-received', undefined],
    ['desk-durable', 1],
  ] as const)
    test(`is in doubt when intake is killed at ${point}, and ${saved ? 'is there' : 'is not there'} afterwards`, async () => {
      await using server = await answering({ env: { BAYKEEPER_FAIL_POINTS: `${point}=1` } })
      const { ready } = server
      const { pids } = ready
      const { status, body } = await put(ready, bays)
      assert.deepEqual([status, body.code], [503, 'E_PUBLICATION_UNKNOWN'])
      await server.back('intake', pids.intake)
      // Later journal records are committed, so the layout would be too by now.
      await until(
        () =>
          stays(ready, bays, 1).then(
            () => true,
            () => false,
          ),
        (is) => is,
      )
      await until(
        () => found(apiOf(ready.web).call(routes.devices)),
        (page) => page?.items.length === bays.length,
      )
      assert.equal(
        await until(
          () => version(ready),
          (found) => found === saved,
        ),
        saved,
      )
    })
})
