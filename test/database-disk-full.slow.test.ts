/** The whole server on a real MariaDB whose disk is full: intake is not affected, nothing is lost, and commits resume without a restart when there is room. */
import assert from 'node:assert/strict'
import { closeSync, fstatSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { mariadbMissing, startMariadb } from '../src/store/testing/mariadb-fixture.ts'
import { drainedLedger } from './fixtures/readings.ts'
import { ingestToken, startServer } from './fixtures/server.ts'
import { openSmallDisk, smallDiskMissing } from './fixtures/small-disk.ts'

/** Small enough to be filled in a moment; InnoDB's own files take about 120 MB of it. */
const diskMegabytes = 256
const frugal = ['--innodb-log-file-size=16M', '--innodb-buffer-pool-size=64M', '--skip-log-bin']
const postedAtOnce = 500
/** The longest that a commit may take to fail. */
const noticeMsMax = 70_000
/** Room to begin with, for the server to take a batch back. */
const leftBytes = 2 * 1024 * 1024

test('a full disk under the database does not delay intake, and nothing is lost when there is room again', {
  skip: mariadbMissing() || smallDiskMissing(),
  timeout: 120_000,
}, async () => {
  using disk = openSmallDisk(diskMegabytes)
  // A database server that cannot write its own log waits for room and answers no query.
  const log = path.join(os.tmpdir(), `${path.basename(disk.dir)}.log`)
  using _ = { [Symbol.dispose]: () => rmSync(log, { force: true }) }
  const settings = [...frugal, `--log-error=${log}`]
  await using mariadb = await startMariadb(settings, disk.dir)
  const url = await mariadb.createDatabase()
  await using server = await startServer({ flags: ['--store', url] })
  let next = 1
  let slowestMs = 0
  const post = async () => {
    const rows = Array.from({ length: postedAtOnce }, () => `D-1,${next++},,${next % 2}`)
    const began = performance.now()
    const answer = await fetch(`${server.ready.ingest}/ingest/v1`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ingestToken}`, 'content-type': 'text/csv' },
      body: rows.join('\n'),
    })
    slowestMs = Math.max(slowestMs, performance.now() - began)
    assert.equal(answer.status, 202)
    await answer.arrayBuffer()
  }
  await post()
  const filler = path.join(disk.dir, 'filler')
  fill(filler)
  const isNoticed = () => server.logs().includes('a batch was not committed')
  for (const until = Date.now() + noticeMsMax; !isNoticed() && Date.now() < until; await setTimeout(100)) await post()
  assert.ok(isNoticed(), `the full disk was not reported:\n${server.logs().slice(-2_000)}`)
  for (let i = 0; i < 10; i++) await post()
  rmSync(filler)
  // Some releases end themselves where a batch cannot be taken back: what watches over services starts them again.
  const ended = await mariadb.execute('SELECT 1').then(
    () => false,
    () => true,
  )
  if (ended) await mariadb.start(settings)
  await post()
  const { data, code } = await drainedLedger(server.dataDir, ['--store', url])
  const totals = [code, data['committed'], data['duplicate'], data['quarantined'], data['lost'], data['difference']]
  assert.deepEqual(totals, [0, next - 1, 0, 0, 0, 0])
  console.log(
    `# ${next - 1} frames over a full disk, on which MariaDB ${ended ? 'ended' : 'refused and went on'}; the slowest answer took ${slowestMs.toFixed(0)} ms`,
  )
})

/** All but a little of what is left. */
function fill(file: string) {
  const fd = openSync(file, 'w')
  const block = Buffer.alloc(64 * 1024, 7)
  try {
    for (;;) writeSync(fd, block)
  } catch {
    ftruncateSync(fd, fstatSync(fd).size - leftBytes)
  } finally {
    closeSync(fd)
  }
}
