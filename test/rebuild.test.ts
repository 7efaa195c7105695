/** A database that is gone: rebuilt from archive, journal and desk/, or started again from what the journal still holds. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '@baykeeper/contract/client.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import { runCli } from './fixtures/cli.ts'
import { harbourLayout } from './fixtures/harbour-layout.ts'
import { drainedLedger } from './fixtures/readings.ts'
import { apiOf, ingestToken, startArgs, startServer, type TestServer } from './fixtures/server.ts'

const bays = ['B-1', 'B-2', 'B-3', 'B-4']
async function publish({ ready, logs }: TestServer, ids: readonly string[]) {
  const { status } = await apiOf(ready.web).answer(routes.publishLayout, { query: {}, body: harbourLayout(ids) })
  assert.ok(status === 200 || status === 202, `${status}\n${logs()}`)
}

async function post({ ready }: TestServer, body: string, type = 'application/json') {
  const headers = { authorization: `Bearer ${ingestToken}`, 'content-type': type }
  const answer = await fetch(`${ready.ingest}/ingest/v1`, { method: 'POST', headers, body })
  assert.equal(answer.status, 202, await answer.text())
}

/** A stay in each bay, a gap, a repetition and a frame that cannot be read. */
async function traffic(server: TestServer, seq: number) {
  const stays = [true, false].flatMap((occupied, i) =>
    bays.map((bay) => ({ device: `sensor-of-${bay}`, boot: 'first', seq: seq + i, occupied, temperature_c: seq / 2 })),
  )
  await post(server, JSON.stringify(stays))
  await post(server, JSON.stringify(stays.slice(0, 2)))
  await post(
    server,
    `{"device":"sensor-of-B-1","boot":"first","seq":${seq + 3},"occupied":true}\n{"device":`,
    'application/x-ndjson',
  )
}

interface Place {
  readonly dataDir: string
  readonly archive: string
}

async function place(t: TestContext): Promise<Place> {
  const dir = await mkdtemp(path.join(tmpdir(), 'rebuild-'))
  t.after(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }))
  const archive = path.join(dir, 'archive')
  await mkdir(archive)
  return { dataDir: path.join(dir, 'data'), archive }
}

const segmentsIn = async ({ dataDir }: Place) =>
  (await readdir(path.join(dataDir, 'journal'))).filter((name) => name.endsWith('.segment')).sort()
const removeDatabase = ({ dataDir }: Place, name = 'baykeeper.db') =>
  Promise.all(['', '-wal', '-shm'].map((end) => rm(path.join(dataDir, `${name}${end}`), { force: true })))
const layoutAt = async (server: TestServer) =>
  apiOf(server.ready.web)
    .call(routes.layout)
    .catch((fault) => {
      if (fault instanceof ApiError) return undefined
      throw fault
    })

async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (let looks = 0; looks < 480; looks++) {
    const found = await look()
    if (found) return found
    await sleep(250)
  }
  throw new Error(`never: ${what}`)
}

/** Three lives of a server; each start begins a segment, and what is committed is removed at once. */
async function lived(at: Place, isArchived: boolean) {
  const env = { BAYKEEPER_RETENTION_HOURS: '0', ...(isArchived ? { BAYKEEPER_ARCHIVE: at.archive } : {}) }
  const [first] = await (async () => {
    await using server = await startServer({ ...at, env })
    await publish(server, bays.slice(0, 2))
    await traffic(server, 1)
    await publish(server, bays)
    await traffic(server, 10)
    await drainedLedger(at.dataDir)
    return segmentsIn(at)
  })()
  await using server = await startServer({ ...at, env })
  await traffic(server, 20)
  await drainedLedger(at.dataDir)
  // A checkpoint in this segment releases the ones before it.
  await until('retention removed the first segment', async () => !(await segmentsIn(at)).includes(first as string))
  return { env, first: first as string, layout: await until('the layout', () => layoutAt(server)) }
}

async function cli(args: readonly string[], { dataDir }: Place) {
  const { code, stdout, stderr } = await runCli([...args, '--json', '--data', dataDir])
  assert.equal(code, 0, stderr)
  return (JSON.parse(stdout) as { data: Sums; warnings: string[] }).data
}

/** As a rebuild leaves it that was killed behind its first commit. */
function halfBuilt({ dataDir }: Place) {
  using db = new DatabaseSync(path.join(dataDir, 'baykeeper.db'))
  db.exec('UPDATE journal_offset SET off = 1')
}

interface Sums {
  readonly checksum: string
  readonly tables: readonly { table: string; rows: number; checksum: string }[]
}
const rowsOf = ({ tables }: Sums, name: string) => tables.find(({ table }) => table === name)?.rows ?? 0

test('a database is rebuilt from archive and journal with the checksum of the one that was there', async (t) => {
  const at = await place(t)
  const { first } = await lived(at, true)
  assert.ok((await readdir(at.archive)).includes(`${first}.zst`))
  const before = await cli(['checksum'], at)
  for (const table of ['device', 'reading', 'stay', 'occupancy', 'ledger', 'layout', 'dead_letter', 'gap'])
    assert.ok(rowsOf(before, table) > 0, `${table} has rows`)
  const filled = await runCli(['rebuild', '--data', at.dataDir, '--archive', at.archive])
  assert.equal(filled.code, 3, filled.stderr)
  assert.match(filled.stderr, /the database is filled \(\d+ readings of 4 devices\).*--into/)
  const beside = await cli(['rebuild', '--archive', at.archive, '--into', `sqlite:${at.dataDir}/beside.db`], at)
  assert.deepEqual(beside.tables, before.tables)
  await killedRebuild(at, before)
  await removeDatabase(at)
  const after = await cli(['rebuild', '--archive', at.archive], at)
  assert.deepEqual(after.tables, before.tables)
  assert.equal(after.checksum, before.checksum)
  // A server takes the rebuilt database over and goes on.
  await using server = await startServer({ dataDir: at.dataDir })
  await traffic(server, 30)
  const { data, code } = await drainedLedger(at.dataDir)
  assert.deepEqual([code, data['difference'], data['damaged']], [0, 0, 0])
})

/** Killed behind commits again and again, and started again each time. */
async function killedRebuild({ dataDir, archive }: Place, before: Sums) {
  const args = ['rebuild', '--json', '--data', dataDir, '--archive', archive, '--into', `sqlite:${dataDir}/killed.db`]
  let kills = 0
  for (let runs = 0; ; runs++) {
    assert.ok(runs < 60, 'it never ends')
    const env = kills < 3 ? { BAYKEEPER_FAIL_POINTS: 'batch-committed=0.5' } : {}
    const { code, stdout, stderr } = await runCli(args, { env })
    // The launcher passes the signal on as its exit code.
    if (code === 0 && kills >= 3) {
      assert.deepEqual((JSON.parse(stdout) as { data: Sums }).data.tables, before.tables)
      return
    }
    if (code === 0) await removeDatabase({ dataDir, archive }, 'killed.db')
    else {
      assert.equal(stdout, '', stderr)
      kills++
    }
  }
}

test('without an archive a deleted database gets its layouts back from desk/, and what is missing is named', async (t) => {
  const at = await place(t)
  const { layout, env } = await lived(at, false)
  await removeDatabase(at)
  const { stdout, code, stderr } = await runCli(['rebuild', '--json', '--data', at.dataDir])
  assert.equal(code, 0, stderr)
  const { data, warnings } = JSON.parse(stdout) as { data: Sums; warnings: string[] }
  assert.equal(rowsOf(data, 'layout'), 2)
  assert.match(warnings.join(), /records 1 to \d+ of journal [0-9a-f]{16} are in neither archive nor journal/)
  halfBuilt(at)
  const refused = await runCli(startArgs(at.dataDir))
  assert.equal(refused.code, 3, refused.stderr)
  assert.match(refused.stderr, /rebuilt up to record 1 only, .* run "baykeeper rebuild" again/)
  await removeDatabase(at)
  await using server = await startServer({ dataDir: at.dataDir, env })
  const again = await until('the layout', () => layoutAt(server))
  assert.deepEqual([again.version, again.layout, again.published], [layout.version, layout.layout, layout.published])
  await traffic(server, 30)
  const ledger = await drainedLedger(at.dataDir)
  assert.deepEqual([ledger.code, ledger.data['difference']], [0, 0])
})
