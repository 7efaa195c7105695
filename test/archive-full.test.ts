/** An archive whose disk is really full: readings are taken, retention waits, the reason is shown, and it goes on when there is room. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCli } from './fixtures/cli.ts'
import { drainedLedger } from './fixtures/readings.ts'
import { ingestToken, startServer, type TestServer } from './fixtures/server.ts'
import { openSmallDisk, smallDiskMissing } from './fixtures/small-disk.ts'

const diskMb = 1

/** Random text does not get smaller. */
async function post({ ready }: TestServer, seq: number) {
  const reading = {
    device: 'A',
    boot: 1,
    seq,
    occupied: seq % 2 === 0,
    padding: randomBytes(20_000).toString('base64'),
  }
  const answer = await fetch(`${ready.ingest}/ingest/v1`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ingestToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(reading),
  })
  assert.equal(answer.status, 202, await answer.text())
}

async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (let looks = 0; looks < 480; looks++) {
    const found = await look()
    if (found) return found
    await sleep(250)
  }
  throw new Error(`never: ${what}`)
}

const segmentsOf = async ({ dataDir }: TestServer) =>
  (await readdir(path.join(dataDir, 'journal'))).filter((name) => name.endsWith('.segment')).sort()
const readiness = async ({ ready }: TestServer) => (await fetch(`${ready.web}/readyz`)).text()

test('a full archive stops retention and no reading, is reported with what to do, and goes on when there is room', {
  timeout: 300_000,
  skip: smallDiskMissing(),
}, async () => {
  using disk = openSmallDisk(diskMb)
  await using server = await startServer({ env: { BAYKEEPER_RETENTION_HOURS: '0', BAYKEEPER_ARCHIVE: disk.dir } })
  for (let seq = 1; seq <= 100; seq++) await post(server, seq)
  const [first = ''] = await segmentsOf(server)
  // The next start of intake closes the segment.
  await server.back('intake', await server.kill('intake'))
  const full = new RegExp(
    `not archived and not removed: the disk that holds ${disk.dir} is full: free some space there`,
  )
  await until('reported', async () => full.test(await readiness(server)))
  await until('taken', () =>
    post(server, 101).then(
      () => true,
      () => false,
    ),
  )
  await drainedLedger(server.dataDir)
  const doctor = await runCli(['doctor', '--data', server.dataDir])
  assert.equal(doctor.code, 1)
  assert.match(doctor.stdout, full)
  assert.ok((await segmentsOf(server)).includes(first), 'what is not archived is kept')
  // It tries again from time to time, and a try has a file of its own for as long as it takes.
  await until('no half written file is left by a try', async () => (await readdir(disk.dir)).length === 0)
  execFileSync('mount', ['-o', 'remount,size=64m', disk.dir])
  await until('archived', async () => (await readdir(disk.dir)).includes(`${first}.zst`))
  await until('removed', async () => !(await segmentsOf(server)).includes(first))
  await until('ready again', async () => (await fetch(`${server.ready.web}/readyz`)).ok)
})
