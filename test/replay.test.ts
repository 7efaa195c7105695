/** The main job, end to end: real stays through a real source, each transition stored once, the ledger closed. */

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { routes } from '@baykeeper/contract/routes.ts'
import { missing } from '../tools/parts.ts'
import { runCli } from './fixtures/cli.ts'
import { ptyPair } from './fixtures/pty.ts'
import { drainedLedger, readingsOf } from './fixtures/readings.ts'
import { apiOf, ingestToken, startServer } from './fixtures/server.ts'
import { type Stays, staysFile } from './fixtures/stays.ts'

const minutes = 60_000
let dir: string
let stays: Stays
before(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-replay-'))
  stays = await staysFile(dir)
})
after(() => rm(dir, { recursive: true, force: true }))

type Server = Awaited<ReturnType<typeof startServer>>

async function checkStored(server: Server) {
  const verdict = await drainedLedger(server.dataDir)
  assert.equal(verdict.code, 0)
  const { committed, duplicate, quarantined, lost, difference, accepted } = verdict.data
  assert.deepEqual(
    { committed, duplicate, quarantined, lost, difference, accepted },
    { committed: stays.transitions, duplicate: 0, quarantined: 0, lost: 0, difference: 0, accepted: stays.transitions },
  )
  const sites = await apiOf(server.ready.web).call(routes.plan)
  assert.equal(sites.ids.length, stays.bays, 'every bay of the file is on the plan')
  for (const bay of [0, 1, 2].map((k) => sites.ids[Math.floor((k * (stays.bays - 1)) / 2)] as string)) {
    const readings = await readingsOf(server.ready.web, bay)
    assert.deepEqual(
      readings.map(({ seq }) => seq),
      readings.map((_, index) => index + 1),
      'numbers are dense and in order',
    )
    const times = readings.map(({ time }) => Date.parse(time))
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
      'times are in order',
    )
    assert.ok(
      times.every((time) => new Date(time).getUTCFullYear() === 2016),
      'original times are kept',
    )
  }
}

/** As fast as it goes; then all of it is stored. */
async function replayInto(server: Server, via: string, ...more: readonly string[]) {
  const how = ['--via', via, ...more, '--speed', 'max', '--zone', 'Australia/Melbourne', '--data', server.dataDir]
  const replay = await runCli(['replay', stays.csv, ...how], { timeoutMs: 4 * minutes })
  assert.equal(replay.code, 0, replay.stderr)
  await checkStored(server)
}

describe('replay of real stays', () => {
  test('through HTTP batches: every transition once, in order, the ledger closed', {
    timeout: 5 * minutes,
  }, async () => {
    await using server = await startServer({ flags: [] })
    await replayInto(server, 'http')
  })

  test('through the built-in broker at QoS 1', { timeout: 5 * minutes }, async () => {
    await using server = await startServer({ flags: [] })
    await replayInto(server, 'mqtt')
  })

  test('through a pseudo-terminal in CSV lines', {
    timeout: 5 * minutes,
    skip: missing('socat'),
  }, async () => {
    await using pty = await ptyPair()
    const config = path.join(dir, 'serial.yaml')
    await writeFile(config, `serial:\n  - path: ${pty.server}\n    time: trust\n`)
    await using server = await startServer({ flags: ['--config', config] })
    await replayInto(server, 'serial', '--to', pty.device)
  })

  test('kill -9 of each process in the middle: nothing acknowledged is lost, nothing is stored twice', {
    timeout: 5 * minutes,
  }, async () => {
    await using server = await startServer({ flags: [] })
    const speed = stays.real ? '80000' : '20000'
    const replay = runCli(
      [
        'replay',
        stays.csv,
        '--via',
        'http',
        '--speed',
        speed,
        '--zone',
        'Australia/Melbourne',
        '--data',
        server.dataDir,
        '--token',
        ingestToken,
      ],
      { timeoutMs: 4 * minutes },
    )
    for (const role of ['intake', 'processor', 'web', 'processor', 'intake'] as const) {
      await new Promise((resolve) => setTimeout(resolve, 2_000))
      await server.kill(role)
    }
    const { code, stderr } = await replay
    assert.equal(code, 0, stderr)
    const { data, code: closed } = await drainedLedger(server.dataDir)
    assert.equal(closed, 0)
    assert.equal(data['committed'], stays.transitions)
    assert.equal(data['quarantined'], 0)
    assert.equal(data['lost'], 0)
    assert.equal(data['difference'], 0)
  })
})
