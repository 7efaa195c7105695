/** Bays and devices changed one by one on a running server: by many at once, and while its processes are killed. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '@baykeeper/contract/client.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import { createRandom } from '../src/simulator/random.ts'
import { apiOf, ingestToken, type ReadyFile, startServer, type TestServer } from './fixtures/server.ts'

const bayIds = Array.from({ length: 50 }, (_, i) => `B-${i}`)
const layout = {
  ...{ name: 'Harbour City', bay_w: 2.5, bay_h: 5 },
  sites: [
    {
      ...{ id: 'south', name: 'South Garage', zone: 'Europe/Berlin' },
      levels: [
        {
          ...{ id: 'l0', name: 'Ground', x: 0, y: 0, w: 200, h: 50, zones: [] },
          bays: bayIds.map((id, i) => ({ id, x: i * 3, y: 0 })),
        },
      ],
    },
  ],
}

async function until<T>(look: () => Promise<T>, holds: (found: T) => boolean, what: string): Promise<T> {
  for (let tries = 0; tries < 2_400; tries++) {
    const found = await look()
    if (holds(found)) return found
    await sleep(50)
  }
  return assert.fail(`did not happen: ${what}`)
}

const isUp =
  ({ ready }: TestServer) =>
  () =>
    fetch(`${ready.web}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    )

async function publish({ ready }: TestServer): Promise<void> {
  const answer = await apiOf(ready.web).answer(routes.publishLayout, { body: layout })
  assert.ok([200, 202].includes(answer.status), await answer.text())
}

const stored = async ({ web }: ReadyFile) =>
  (await apiOf(web).call(routes.layout)).layout.sites[0]?.levels[0]?.bays ?? []

/** Undefined while nothing answers or the change was not taken; the caller tries again. */
async function acknowledged(work: Promise<Response>): Promise<{ version: number | null } | undefined> {
  try {
    const answer = await work
    const body = (await answer.json()) as { version: number | null }
    assert.ok(answer.ok || answer.status >= 500, `${answer.status} ${JSON.stringify(body)}`)
    return answer.ok ? body : undefined
  } catch (fault) {
    if (fault instanceof TypeError || fault instanceof ApiError) return undefined
    throw fault
  }
}

async function occupied({ ready }: TestServer, devices: readonly string[], seq: number, is: boolean) {
  const headers = { authorization: `Bearer ${ingestToken}`, 'content-type': 'application/json' }
  const body = JSON.stringify(devices.map((device) => ({ device, seq, occupied: is })))
  const answer = await fetch(`${ready.ingest}/ingest/v1`, { method: 'POST', headers, body })
  assert.ok(answer.ok, await answer.text())
}

describe('changes of bays and devices', () => {
  test('50 at once from several clients lose none, and the periods of the devices follow', async () => {
    await using server = await startServer()
    await until(isUp(server), Boolean, 'pages that answer')
    await publish(server)
    const clients = Array.from({ length: 5 }, () => apiOf(server.ready.web))
    const answers = await Promise.all(
      bayIds.map((bay, i) =>
        clients[i % clients.length]?.answer(routes.changeLayout, {
          body: {
            comment: `bay ${bay}`,
            changes: [{ bay, set: { label: `label of ${bay}` } }, { assign: { device: `sensor-of-${bay}`, bay } }],
          },
        }),
      ),
    )
    assert.deepEqual(
      answers.map((answer) => answer?.status).filter((status) => status !== 200 && status !== 202),
      [],
    )
    const bays = await until(
      () => stored(server.ready),
      (found) => found.every(({ devices }) => devices?.length === 1),
      'a version with all changes',
    )
    for (const { id, label, devices } of bays)
      assert.deepEqual([label, devices], [`label of ${id}`, [`sensor-of-${id}`]])
    const api = apiOf(server.ready.web)
    const open = await api.call(routes.assignments, { query: { open: 'true', limit: 1_000 } })
    assert.deepEqual(
      open.items.map(({ device, bay }) => `${device} ${bay}`).toSorted(),
      bayIds.map((bay) => `sensor-of-${bay} ${bay}`).toSorted(),
    )
    const versions = await api.call(routes.layoutVersions, { query: { limit: 1_000 } })
    assert.equal(versions.items.length, 51)
  })

  test('a swap ends both periods, the history stays with the bays, and a replay finds the same', async () => {
    const dataDir = await mkdtemp(path.join(tmpdir(), 'assignments-'))
    const ends: unknown[] = []
    try {
      for (const round of ['lived', 'replayed']) {
        await using server = await startServer({ dataDir })
        await until(isUp(server), Boolean, 'pages that answer')
        const api = apiOf(server.ready.web)
        if (round === 'lived') {
          await publish(server)
          await api.answer(routes.changeLayout, {
            body: { changes: ['x', 'y'].map((device, i) => ({ assign: { device, bay: `B-${i}` } })) },
          })
          await occupied(server, ['x', 'y'], 1, true)
          await occupied(server, ['x'], 2, false)
          await api.answer(routes.assign, { body: { swap: ['x', 'y'], comment: 'mounted the wrong way round' } })
          await occupied(server, ['x'], 3, true)
          await occupied(server, ['x'], 4, false)
          await api.answer(routes.assign, { body: { device: 'z', bay: 'B-0', replaces: 'y' } })
          await api.answer(routes.unassign, { params: { device: 'x' } })
        }
        const { items } = await until(
          () => api.call(routes.assignments, { query: {} }),
          (page) => page.items.length === 5 && page.items.filter(({ to }) => to === null).length === 1,
          'five periods, one that goes on',
        )
        assert.deepEqual(items.map(({ device, bay, to }) => [device, bay, to === null]).toSorted(), [
          ['x', 'B-0', false],
          ['x', 'B-1', false],
          ['y', 'B-0', false],
          ['y', 'B-1', false],
          ['z', 'B-0', true],
        ])
        const ofBay = await api.call(routes.assignments, { query: { bay: 'B-0' } })
        assert.deepEqual(
          ofBay.items.map(({ device }) => device),
          ['z', 'y', 'x'],
        )
        for (const [i, later] of ofBay.items.slice(0, -1).entries()) assert.equal(ofBay.items[i + 1]?.to, later.from)
        const stays = await until(
          () => api.call(routes.siteSessions, { params: { id: 'south' }, query: {} }),
          (page) => page.items.length === 2,
          'two stays',
        )
        // The stay that y saw begin goes on through the swap, unknown until x reports the bay, and ends with what x saw. It may hide others.
        assert.deepEqual(stays.items.map(({ bay, device, certain }) => [bay, device, certain]).toSorted(), [
          ['B-0', 'x', false],
          ['B-1', 'y', false],
        ])
        await server.stop()
        ends.push(rowsOf(path.join(dataDir, 'baykeeper.db')))
        for (const file of ['', '-wal', '-shm']) await rm(path.join(dataDir, `baykeeper.db${file}`), { force: true })
      }
      assert.deepEqual(ends[1], ends[0])
    } finally {
      await rm(dataDir, { recursive: true, force: true })
    }
  })

  test('none that was acknowledged is lost when processes are killed at random moments', async (context) => {
    const seed = Number(process.env['SEED'] ?? 17)
    context.diagnostic(`SEED=${seed}`)
    const random = createRandom(seed)
    await using server = await startServer()
    await until(isUp(server), Boolean, 'pages that answer')
    await publish(server)
    const done = new Map<string, string>()
    let isOver = false
    const killing = (async () => {
      for (const name of ['intake', 'processor', 'web', 'intake', 'processor'] as const) {
        await sleep(200 + random() * 1_500)
        const old = await server.kill(name)
        await server.back(name, old)
      }
      isOver = true
    })()
    const client = async (own: readonly string[]) => {
      for (let n = 0; !isOver; n++)
        for (const bay of own) {
          const label = `${bay} ${n}`
          const work = apiOf(server.ready.web).answer(routes.changeBay, {
            params: { id: bay },
            query: {},
            body: { label },
          })
          if (await acknowledged(work)) done.set(bay, label)
          else await sleep(100)
        }
    }
    await Promise.all([killing, ...[0, 1, 2].map((c) => client([`B-${c}`, `B-${c + 3}`]))])
    assert.ok(done.size > 0)
    // One more per bay: everything before it is settled then.
    const last = await until(
      () =>
        acknowledged(
          apiOf(server.ready.web).answer(routes.changeBay, {
            params: { id: 'B-9' },
            query: {},
            body: { label: 'last' },
          }),
        ),
      (answer) => answer !== undefined && answer.version !== null,
      'a change after the last kill',
    )
    assert.ok(last)
    const labels = new Map((await stored(server.ready)).map(({ id, label }) => [id, label]))
    for (const [bay, label] of done) {
      const [, shown] = (labels.get(bay) ?? '').split(' ')
      // One whose answer was cut off may have taken effect behind it.
      assert.ok(
        Number(shown) >= Number(label.split(' ')[1]),
        `${bay}: acknowledged ${label}, stored ${labels.get(bay)}`,
      )
    }
  })
})

function rowsOf(file: string): unknown {
  using db = new DatabaseSync(file, { readOnly: true })
  return ['layout', 'assignment', 'stay'].map((table) => db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).all())
}
