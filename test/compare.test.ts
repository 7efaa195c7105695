/** A range of the journal compared with another layout, beside the server that writes it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { routes } from '@baykeeper/contract/routes.ts'
import { projectionChecksum } from '../src/audit/projection-checksum.ts'
import { layoutFromWire } from '../src/layout/layout-wire.ts'
import { systemClock } from '../src/lib/clock.ts'
import { silentLog } from '../src/lib/log.ts'
import { compare } from '../src/processes/comparison/compare.ts'
import { scratchDirectory } from '../src/processes/comparison/scratch-directory.ts'
import { runCli } from './fixtures/cli.ts'
import { harbourLayout } from './fixtures/harbour-layout.ts'
import { drainedLedger } from './fixtures/readings.ts'
import { apiOf, ingestToken, startServer, type TestServer } from './fixtures/server.ts'

const bays = ['B-1', 'B-2', 'B-3']
const layout = harbourLayout(bays)
const other = structuredClone(layout)
for (const level of other.sites.flatMap(({ levels }) => levels)) level.bays.pop()

/** Stays of each bay, one after another, as a gateway that sends what it has kept. */
async function traffic({ ready }: TestServer, stays: number) {
  const begin = Date.now() - 3_600_000
  const readings = Array.from({ length: 2 * stays }, (_, n) =>
    bays.map((bay) => ({
      ...{ device: `sensor-of-${bay}`, boot: 'first', seq: n + 1, occupied: n % 2 === 0 },
      time: new Date(begin + n * 1_000).toISOString(),
    })),
  )
  const headers = { authorization: `Bearer ${ingestToken}`, 'content-type': 'application/json' }
  const answer = await fetch(`${ready.ingest}/ingest/v1`, {
    ...{ method: 'POST', headers, body: JSON.stringify(readings.flat()) },
  })
  assert.equal(answer.status, 202, await answer.text())
}

interface Place {
  readonly dataDir: string
  readonly scratch: string
  file(name: string, document: unknown): Promise<string>
}

async function place(t: TestContext): Promise<Place> {
  const dir = await mkdtemp(path.join(tmpdir(), 'compare-'))
  t.after(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }))
  const scratch = path.join(dir, 'scratch')
  await mkdir(scratch)
  return {
    ...{ dataDir: path.join(dir, 'data'), scratch },
    async file(name, document) {
      const at = path.join(dir, name)
      await writeFile(at, JSON.stringify(document))
      return at
    },
  }
}

const argsOf = ({ dataDir, scratch }: Place, file: string) => [
  ...['compare', file, '--data', dataDir, '--scratch', scratch],
]

test('beside a running server: the same layout makes no difference, another one that of its bays, and nothing is left', async (t) => {
  const here = await place(t)
  const [same, changed] = [await here.file('same.json', layout), await here.file('changed.json', other)]
  {
    await using server = await startServer({ dataDir: here.dataDir })
    const published = await apiOf(server.ready.web).answer(routes.publishLayout, { query: {}, body: layout })
    assert.equal(published.status, 200)
    await traffic(server, 20)
    await drainedLedger(here.dataDir)
    const text = await runCli(argsOf(here, same))
    assert.equal(text.code, 0, text.stderr)
    assert.match(text.stdout, /the first record there is\nchanged: the file in place of every layout [^\n]*\n/)
    assert.match(text.stdout, /\n {2}\d{4}-\S+Z by [^\n]*\nNo difference\.\n$/)
    assert.match(text.stderr, /as it was: record \d+ of \d+ \(100 %\)\n/)
    const { code, stdout, stderr } = await runCli([...argsOf(here, changed), '--json'])
    assert.equal(code, 0, stderr)
    const { data } = JSON.parse(stdout) as { data: Record<string, unknown> & { totals: Record<string, unknown> } }
    assert.deepEqual([data['same'], data['state_before'], data['bays_differ']], [false, 'none', 1])
    const stays = (side: unknown) => (side as { stays: number }).stays
    assert.deepEqual([stays(data.totals['as_it_was']), stays(data.totals['changed'])], [60, 40])
    await interrupted(argsOf(here, changed))
  }
  assert.deepEqual(await readdir(here.scratch), [])
  assert.equal(await checksumOfReplay(here), await checksumOfServer(here))
})

/** Ctrl-C while it works. */
async function interrupted(args: readonly string[]) {
  const bin = path.join(import.meta.dirname, '../bin/baykeeper')
  const child = spawn(bin, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  let output = ''
  const begun = Promise.withResolvers<void>()
  child.stderr.on('data', (chunk) => {
    output += chunk
    begun.resolve()
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  await Promise.race([begun.promise, sleep(60_000, undefined, { ref: false })])
  process.kill(-(child.pid as number), 'SIGINT')
  assert.equal(await ended, 130, output)
}

async function checksumOfServer({ dataDir }: Place): Promise<string> {
  const { stdout, stderr } = await runCli(['checksum', '--json', '--data', dataDir])
  return (JSON.parse(stdout) as { data: { checksum: string } }).data.checksum ?? assert.fail(stderr)
}

/** The replay of the whole journal as it was. */
async function checksumOfReplay({ dataDir, scratch: within }: Place): Promise<string> {
  await using scratch = await scratchDirectory(within, 2 ** 30)
  let checksum = ''
  await compare({
    ...{ dataDir, archive: undefined, scratch, clock: systemClock, log: silentLog, promiseMs: 86_400_000 },
    ...{ decoding: { codecs: {}, decoders: {} }, signal: new AbortController().signal },
    layout: layoutFromWire(layout),
    asked: { from: undefined, to: undefined, leadMs: 0 },
    onReplayed: async (run, store) => {
      if (run === 'as it was') checksum = (await projectionChecksum(store)).checksum
    },
  })
  return checksum
}
