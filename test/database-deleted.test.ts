/** A SQLite file that is deleted under a running server: reported at once, nothing is committed into a file without a name, nothing is lost. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { drainedLedger, readingsOf } from './fixtures/readings.ts'
import { ingestToken, startServer, type TestServer } from './fixtures/server.ts'

async function post({ ready }: TestServer, seq: number) {
  const answer = await fetch(`${ready.ingest}/ingest/v1`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ingestToken}`, 'content-type': 'application/json' },
    body: JSON.stringify([{ device: 'A', seq, occupied: seq % 2 === 0 }]),
  })
  await answer.arrayBuffer()
  assert.equal(answer.status, 202)
}

async function readiness({ ready }: TestServer) {
  const answer = await fetch(`${ready.web}/readyz`)
  return { status: answer.status, text: await answer.text() }
}

async function until(what: string, isSo: () => Promise<boolean>) {
  for (let looks = 0; !(await isSo()); looks++) {
    assert.ok(looks < 240, `never: ${what}`)
    await sleep(250)
  }
}

test('a database file that is deleted under a running server is reported, and all that was accepted is there after a restart', {
  timeout: 240_000,
}, async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-deleted-'))
  try {
    {
      await using server = await startServer({ dataDir })
      await until('ready', async () => (await readiness(server)).status === 200)
      for (let seq = 1; seq <= 3; seq++) await post(server, seq)
      await until('stored', async () => (await readingsOf(server.ready.web, 'A')).length === 3)
      for (const name of await readdir(dataDir)) if (name.startsWith('baykeeper.db')) await rm(path.join(dataDir, name))
      // Nothing needs to arrive for it to be noticed.
      await until('reported', async () => /baykeeper\.db was deleted or replaced/.test((await readiness(server)).text))
      for (let seq = 4; seq <= 6; seq++) await post(server, seq)
      await until('logged', async () => /baykeeper\.db was deleted or replaced/.test(server.logs()))
      const shown = (await readingsOf(server.ready.web, 'A')).map(({ seq }) => seq)
      assert.deepEqual(shown, [1, 2, 3], 'nothing is committed into a file that is gone')
    }
    await using server = await startServer({ dataDir })
    const { data, code } = await drainedLedger(dataDir)
    assert.deepEqual([code, data['committed'], data['difference']], [0, 6, 0])
    assert.deepEqual(
      (await readingsOf(server.ready.web, 'A')).map(({ seq }) => seq),
      [1, 2, 3, 4, 5, 6],
    )
    await until('ready again', async () => (await readiness(server)).status === 200)
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})
