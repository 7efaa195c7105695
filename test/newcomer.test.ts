/** The first minute: one command, a moving page, nothing open to the network; then the first real sensor. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCli, verifyLedger } from './fixtures/cli.ts'
import { startServer } from './fixtures/server.ts'

const bin = path.join(import.meta.dirname, '../bin/baykeeper')

interface Ready {
  readonly web: string
  readonly ingest: string
  readonly tcp: string
  readonly pids: Record<string, number>
}

/** Starts as a newcomer would: nothing configured but free ports and an own directory. */
async function startFresh(dir: string) {
  const readyFile = path.join(dir, 'ready.json')
  const env: Record<string, string | undefined> = { ...process.env, NO_COLOR: '1' }
  for (const name of ['BAYKEEPER_INGEST_TOKEN', 'BAYKEEPER_API_KEY']) delete env[name]
  const ports = ['--port', '0', '--ingest-port', '0', '--mqtt-port', '0', '--tcp-port', '0', '--udp-port', '0']
  const child = spawn(bin, ['start', '--data', path.join(dir, 'data'), '--ready-file', readyFile, ...ports], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  const exited = new Promise<number | null>((resolve) => child.on('exit', resolve))
  for (let i = 0; i < 300; i++) {
    const text = await readFile(readyFile, 'utf8').catch(() => '')
    if (text)
      return {
        ready: JSON.parse(text) as Ready,
        output: () => output,
        readyFile,
        dataDir: path.join(dir, 'data'),
        child,
        exited,
      }
    if (child.exitCode !== null) break
    await sleep(100)
  }
  throw new Error(`not ready within 30 s:\n${output}`)
}

const json = async <T>(url: string, init?: RequestInit) => (await (await fetch(url, init)).json()) as T

describe('the first minute', () => {
  let dir: string
  let server: Awaited<ReturnType<typeof startFresh>>
  before(async () => {
    dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-new-'))
    server = await startFresh(dir)
  })
  after(async () => {
    server.child.kill('SIGTERM')
    await server.exited
    await rm(dir, { recursive: true, force: true })
  })

  test('the banner shows version, time, addresses, data directory and the one-time link', () => {
    const output = server.output()
    assert.match(output, /Baykeeper \d+\.\d+\.\d+ {2}ready in \d+ ms/)
    assert.ok(output.includes(server.ready.web) && output.includes(server.dataDir))
    assert.match(output, /\/setup\?key=\S+/)
    assert.match(output, /Simulated/)
  })

  test('the page is there without signing in, wears Simulated, and moves', async () => {
    const page = await (await fetch(server.ready.web)).text()
    assert.match(page, /Simulated/)
    const sites = async () =>
      (await json<{ items: { occupancy: { capacity: number; closed: number } }[] }>(`${server.ready.web}/public/sites`))
        .items
    const bays = (await sites()).reduce((sum, { occupancy }) => sum + occupancy.capacity + occupancy.closed, 0)
    assert.equal(bays, 2_000)
    const snapshot = async () =>
      new Uint8Array(await (await fetch(`${server.ready.web}/public/snapshot`)).arrayBuffer())
    const first = await snapshot()
    assert.equal(first.length, 2_000)
    let moved = 0
    for (let i = 0; i < 100 && moved === 0; i++) {
      await sleep(200)
      const next = await snapshot()
      moved = next.filter((state, index) => state !== first[index]).length
    }
    assert.ok(moved > 0, 'no bay changed within 20 s')
  })

  test('no process listens beyond loopback', async () => {
    const own = new Set<string>()
    for (const pid of Object.values(server.ready.pids))
      for (const table of ['tcp', 'tcp6', 'udp', 'udp6']) {
        const text = await readFile(`/proc/${pid}/net/${table}`, 'utf8').catch(() => '')
        for (const line of text.split('\n').slice(1)) {
          const [, local = '', , state] = line.trim().split(/\s+/)
          const port = Number.parseInt(local.split(':')[1] ?? '', 16)
          const ours = [server.ready.web, server.ready.ingest, server.ready.tcp].some(
            (url) => Number(new URL(url.replace('tcp:', 'http:')).port) === port,
          )
          if (ours && (state === '0A' || table.startsWith('udp'))) own.add(local.split(':')[0] as string)
        }
      }
    assert.deepEqual([...own], ['0100007F'], 'listening addresses, as the kernel writes 127.0.0.1')
  })

  test('the city is open for reading here, and the setup link makes the first administrator once', async () => {
    assert.equal((await fetch(`${server.ready.web}/api/v1/sites`)).status, 200)
    assert.equal((await fetch(`${server.ready.web}/api/v1/users`)).status, 403)
    const link = /(http\S+\/setup\?key=\S+)/.exec(server.output())?.[1] as string
    const fields = { name: 'Ada', email: 'ada@example.org', password: 'seven green bicycles' }
    const make = () =>
      fetch(`${server.ready.web}/setup`, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin: server.ready.web },
        body: new URLSearchParams({ key: new URL(link).searchParams.get('key') ?? '', ...fields }),
      })
    assert.equal((await fetch(link)).status, 200)
    const first = await make()
    assert.equal(first.status, 303)
    const cookie = first.headers.get('set-cookie')?.split(';')[0] as string
    assert.equal((await fetch(`${server.ready.web}/desk`, { headers: { cookie } })).status, 200)
    assert.equal((await fetch(`${server.ready.web}/api/v1/users`, { headers: { cookie } })).status, 200)
    for (const again of [await make(), await fetch(link)]) assert.equal(again.status, 403)
    const { stdout } = await runCli(['user', 'list', '--data', server.dataDir])
    assert.match(stdout, /ada@example\.org +admin +Ada/)
    for (const command of [
      ['add', 'bob@example.org', '--role', 'operator'],
      ['reset', 'bob@example.org'],
    ]) {
      const { stdout: link, stderr, code } = await runCli(['user', ...command, '--data', server.dataDir])
      assert.equal(code, 0, stderr)
      assert.match(await (await fetch(link.trim())).text(), /bob@example\.org/)
    }
    let log = ''
    for (let i = 0; i < 100 && !log.includes('signed-in'); i++) {
      await sleep(100)
      log = (await runCli(['audit', 'list', '--data', server.dataDir])).stdout
    }
    assert.match(log, /Ada from 127\.0\.0\.1: .*"action":"user-added".*\n.*"password-set".*\n.*"signed-in"/)
    const { code } = await runCli(['audit', 'verify', '--data', server.dataDir])
    assert.equal(code, 0)
  })

  test('the first real reading ends the simulation and is safe in the real store, which holds nothing else', {
    timeout: 60_000,
  }, async () => {
    const token = (await runCli(['token', 'create', '--source', 'my-gateway', '--data', server.dataDir])).stdout.trim()
    const answer = await fetch(`${server.ready.ingest}/ingest/v1`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{"device":"A-017","seq":1,"occupied":true}',
    })
    assert.equal(answer.status, 202)
    assert.deepEqual(await answer.json(), { accepted: 1 })
    const key = (await runCli(['token', 'create', '--api-key', 'me', '--data', server.dataDir])).stdout.trim()
    let items: { external?: string; id?: string }[] = []
    for (let i = 0; i < 100 && items.length === 0; i++) {
      await sleep(200)
      const found = await fetch(`${server.ready.web}/api/v1/devices/A-017/readings`, {
        headers: { authorization: `Bearer ${key}` },
      }).catch(() => undefined)
      if (found?.ok) ({ items } = (await found.json()) as { items: typeof items })
    }
    assert.equal(items.length, 1)
    const devices = await json<{ items: unknown[] }>(`${server.ready.web}/api/v1/devices?limit=1000`, {
      headers: { authorization: `Bearer ${key}` },
    })
    assert.equal(devices.items.length, 1, 'the city left nothing behind')
    assert.doesNotMatch(await (await fetch(server.ready.web)).text(), /<strong class="mark">Simulated/)
    const { data, code } = await verifyLedger(server.dataDir)
    assert.deepEqual([code, data['accepted'], data['difference']], [0, 1, 0])
  })

  test('SIGTERM leaves within 10 s and takes every process along', { timeout: 20_000 }, async () => {
    const pids = Object.values((JSON.parse(await readFile(server.readyFile, 'utf8')) as Ready).pids)
    const began = performance.now()
    server.child.kill('SIGTERM')
    assert.equal(await server.exited, 0)
    assert.ok(performance.now() - began < 10_000)
    for (const pid of pids) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
  })
})

test('a server whose main was killed starts again at once on the same ports', { timeout: 60_000 }, async () => {
  await using first = await startServer()
  const ports = ['web', 'ingest', 'mqtt', 'tcp'].map(
    (name) =>
      new URL((first.ready as unknown as Record<string, string>)[name]?.replace(/^\w+:/, 'http:') as string).port,
  )
  process.kill(first.ready.pids.main, 'SIGKILL')
  const [web, ingest, mqtt, tcp] = ports as [string, string, string, string]
  await using second = await startServer({
    dataDir: first.dataDir,
    flags: ['--port', web, '--ingest-port', ingest, '--mqtt-port', mqtt, '--tcp-port', tcp],
  })
  assert.equal((await fetch(`${second.ready.web}/readyz`)).status, 200)
})
