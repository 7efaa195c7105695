/** Original times of a replay are kept, or the user is shown why not before anything is sent. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { runCli } from './fixtures/cli.ts'
import { drainedLedger, readingsOf } from './fixtures/readings.ts'
import { ingestToken, startServer } from './fixtures/server.ts'

test('a replay keeps the original times with a token in the environment too, and refuses a token that would lose them', async (t) => {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-replay-times-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const csv = path.join(dir, 'stays.csv')
  await writeFile(
    csv,
    'arrival_local,departure_local,street_marker\n2016-11-07T08:00,2016-11-07T09:00,B1\n2016-11-07T10:00,2016-11-07T11:30,B1\n',
  )
  await using server = await startServer()
  const replay = (more: readonly string[]) =>
    runCli(['replay', csv, '--zone', 'UTC', '--data', server.dataDir, ...more], {
      env: { BAYKEEPER_INGEST_TOKEN: ingestToken },
    })
  const refused = await replay(['--token', ingestToken])
  assert.equal(refused.code, 2, refused.stderr)
  assert.match(refused.stderr, /times of env are checked.*leave --token out/)
  const done = await replay([])
  assert.equal(done.code, 0, done.stderr)
  assert.equal((await drainedLedger(server.dataDir)).data['committed'], 4)
  assert.deepEqual(
    (await readingsOf(server.ready.web, 'B1', 'replay')).map(({ time }) => new Date(time).toISOString().slice(0, 16)),
    ['2016-11-07T08:00', '2016-11-07T09:00', '2016-11-07T10:00', '2016-11-07T11:30'],
  )
})
