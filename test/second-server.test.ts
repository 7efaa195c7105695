/** A second server on the database of another is refused before one port of it answers: a sensor must not find it for a moment. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startServer as startDatabase } from '../src/store/testing/mariadb-fixture.ts'
import { serverMissing } from '../src/store/testing/server-programs.ts'
import { type CliResult, runCli } from './fixtures/cli.ts'
import { startServer, type TestServer } from './fixtures/server.ts'

const uses = ['--port', '--ingest-port', '--mqtt-port', '--tcp-port'] as const
const lookMs = 5

test('a second server on one SQLite file is refused before a port of it accepts a connection', {
  timeout: 240_000,
}, async () => {
  const shared = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-shared-'))
  try {
    await refusedBeforeItListens(`sqlite:${path.join(shared, 'store.db')}`)
  } finally {
    await rm(shared, { recursive: true, force: true })
  }
})

for (const kind of ['mariadb', 'mysql'] as const)
  test(`a second server on one database is refused before a port of it accepts a connection (${kind})`, {
    timeout: 240_000,
    skip: serverMissing(kind),
  }, async () => {
    await using database = await startDatabase(kind)
    await refusedBeforeItListens(await database.createDatabase())
  })

test('a database that does not answer does not keep a server from taking readings', { timeout: 240_000 }, async () => {
  const held: net.Socket[] = []
  const silent = net.createServer((socket) => held.push(socket))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as net.AddressInfo
  try {
    await using server = await startServer({ flags: ['--store', `mysql://a:b@127.0.0.1:${port}/c`] })
    const answer = await fetch(`${server.ready.ingest}/ingest/v1`, { method: 'POST', body: '' })
    assert.equal(answer.status, 401, 'its ingest answers')
  } finally {
    for (const socket of held) socket.destroy()
    silent.close()
  }
})

async function refusedBeforeItListens(store: string) {
  const flags = ['--store', store]
  await using first = await startServer({ flags })
  await isReady(first)
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-second-'))
  try {
    const { answered, code, stderr } = await watched(dataDir, flags)
    assert.equal(code, 3, stderr)
    assert.match(stderr, new RegExp(`another server works on this database: process ${first.ready.pids.processor} `))
    assert.ok(stderr.includes(first.dataDir), 'it names the data directory of the first')
    assert.deepEqual(answered, [])
    assert.ok(!existsSync(path.join(dataDir, 'journal')), 'it has begun no journal')
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** Starts a server on chosen ports and tries all of them again and again until it has ended. */
async function watched(dataDir: string, flags: readonly string[]): Promise<CliResult & { answered: string[] }> {
  const ports = await Promise.all(uses.map(freePort))
  const chosen = uses.flatMap((use, i) => [use, String(ports[i])])
  const args = ['start', '--no-demo', ...chosen, '--udp-port', 'off', '--data', dataDir, ...flags]
  const env = { BAYKEEPER_FORECAST: 'off' }
  let ended = false
  const running = runCli(args, { env }).finally(() => {
    ended = true
  })
  const answered = new Set<string>()
  while (!ended) {
    for (const [i, port] of ports.entries()) if (await accepts(port)) answered.add(uses[i] as string)
    await sleep(lookMs)
  }
  return { ...(await running), answered: [...answered] }
}

async function freePort(): Promise<number> {
  const probe = net.createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as net.AddressInfo
  await new Promise<void>((resolve) => probe.close(() => resolve()))
  return port
}

const accepts = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

/** The lease may still be free before. */
async function isReady({ ready }: TestServer) {
  for (let looks = 0; looks < 240; looks++, await sleep(500)) if ((await fetch(`${ready.web}/readyz`)).ok) return
  assert.fail('the first server never became ready')
}
