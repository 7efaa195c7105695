/** The server reports that processing does not advance, for every cause; and a second server leaves the database of the first alone. */

import assert from 'node:assert/strict'
import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { routes } from '@baykeeper/contract/routes.ts'
import { runCli } from './fixtures/cli.ts'
import { apiOf, ingestToken, startArgs, startServer, type TestServer } from './fixtures/server.ts'

async function post({ ready }: TestServer, body: unknown): Promise<number> {
  const answer = await fetch(`${ready.ingest}/ingest/v1`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ingestToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  await answer.arrayBuffer()
  return answer.status
}

async function readiness({ ready }: TestServer): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${ready.web}/readyz`)
  return { status: answer.status, text: await answer.text() }
}

/** Far longer than it takes: how long is no question of this test. */
const looksMax = 240

async function until(what: string, isSo: () => Promise<boolean>) {
  for (let looks = 0; !(await isSo()); looks++) {
    assert.ok(looks < looksMax, `never: ${what}`)
    await sleep(500)
  }
}

test('a processor that hangs makes the server unready, with the reason, while readings are accepted; then it goes on', {
  timeout: 240_000,
}, async () => {
  await using server = await startServer()
  // The pages may answer before the processor has looked at the database.
  await until('ready', async () => (await readiness(server)).status === 200)
  process.kill(server.ready.pids.processor, 'SIGSTOP')
  try {
    assert.equal(await post(server, [{ device: 'A', seq: 1, occupied: true }]), 202)
    await until('not ready', async () => (await readiness(server)).status === 503)
    await until('with its reason', async () =>
      /not advancing.*processor does not answer/i.test((await readiness(server)).text),
    )
    assert.equal(await post(server, [{ device: 'A', seq: 2, occupied: true }]), 202)
    const doctor = await runCli(['doctor', '--data', server.dataDir])
    assert.match(doctor.stdout, /not ready: processing is not advancing/)
    assert.notEqual(doctor.code, 0)
  } finally {
    process.kill(server.ready.pids.processor, 'SIGCONT')
  }
  await until('ready again', async () => (await readiness(server)).status === 200)
})

test('a journal that is deleted under a running server makes it unready, and nothing is acknowledged any more', {
  timeout: 240_000,
}, async () => {
  await using server = await startServer()
  assert.equal(await post(server, [{ device: 'A', seq: 1, occupied: true }]), 202)
  await rm(path.join(server.dataDir, 'journal'), { recursive: true })
  await until('not ready', async () => /was deleted while the server ran/.test((await readiness(server)).text))
  assert.equal(await post(server, [{ device: 'A', seq: 2, occupied: true }]), 503)
  await until('the processor notices it', async () => /the journal \w+ is no longer in/.test(server.logs()))
  assert.doesNotMatch(server.logs(), /could not be read back/)
  // Nor a change made by a person: it would be gone with the process.
  const body = { name: 'Town', bay_w: 2.5, bay_h: 5, sites: [] }
  const answer = await apiOf(server.ready.web).answer(routes.publishLayout, { body })
  const { status } = answer
  const { code } = (await answer.json()) as { code?: string }
  assert.deepEqual([status, code], [503, 'E_PUBLICATION_REFUSED'])
})

test('a second server with another data directory does not start on the database of the first, and names it', {
  timeout: 240_000,
}, async () => {
  const shared = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-shared-'))
  const flags = ['--store', `sqlite:${path.join(shared, 'store.db')}`]
  try {
    await using first = await startServer({ flags })
    // Before that the lease may still be free.
    await until('ready', async () => (await readiness(first)).status === 200)
    // Its other processes may be up when its processor finds the database taken: it ends all the same.
    const second = await runCli([...startArgs(path.join(shared, 'second')), ...flags])
    assert.match(second.stderr, /another server works on this database/)
    assert.ok(second.stderr.includes(first.dataDir), 'it names the data directory of the first')
    assert.equal(second.code, 3)
    // The same data directory takes its own lease back, after a kill as well.
    const { main } = first.ready.pids
    assert.equal(await post(first, [{ device: 'A', seq: 1, occupied: true }]), 202)
    process.kill(main, 'SIGKILL')
    await first.stop().catch(() => {})
    await using again = await startServer({ flags, dataDir: first.dataDir })
    await until('ready again', async () => (await readiness(again)).status === 200)
  } finally {
    await rm(shared, { recursive: true, force: true })
  }
})

test('the printed balance is true after a bit has flipped in the journal and the database is gone', {
  timeout: 240_000,
}, async () => {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-damaged-'))
  try {
    {
      await using server = await startServer({ dataDir })
      for (let seq = 0; seq < 30; seq++) assert.equal(await post(server, [{ device: 'A', seq, occupied: true }]), 202)
    }
    const [segment] = (await readdir(path.join(dataDir, 'journal'))).filter((name) => name.endsWith('.segment')).sort()
    await flipBit(path.join(dataDir, 'journal', segment as string))
    for (const name of await readdir(dataDir)) if (name.startsWith('baykeeper.db')) await rm(path.join(dataDir, name))
    await using server = await startServer({ dataDir })
    await until('drained', async () => (await verify(dataDir)).pending === 0)
    const ledger = await verify(dataDir)
    assert.ok(ledger.damaged > 0)
    const { accepted, committed, duplicate, quarantined, tentative, damaged, pending } = ledger
    assert.equal(accepted, committed + duplicate + quarantined + tentative + damaged + pending)
    const { stdout } = await runCli(['ledger', 'verify', '--data', server.dataDir])
    assert.match(
      stdout,
      /= committed \d+ \+ duplicate \d+ \+ quarantined \d+ \+ tentative \d+ \+ damaged [1-9]\d* \+ pending 0/,
    )
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})

type Balance = Record<
  'accepted' | 'committed' | 'duplicate' | 'quarantined' | 'tentative' | 'damaged' | 'pending',
  number
>

async function verify(dataDir: string): Promise<Balance> {
  const { stdout } = await runCli(['ledger', 'verify', '--json', '--data', dataDir])
  return (JSON.parse(stdout) as { data: Balance }).data
}

/** In the middle of what was written: behind the header, before the room that is filled ahead. */
async function flipBit(file: string) {
  await using handle = await open(file, 'r+')
  const bytes = await handle.readFile()
  const end = bytes.findLastIndex((byte) => byte !== 0)
  const at = Math.floor(end / 2)
  await handle.write(Uint8Array.of((bytes[at] as number) ^ 1), 0, 1, at)
}
