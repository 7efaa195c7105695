/**
 * `npm run bench -- store [--quick] [--json] [--store sqlite|mariadb|mysql] [--devices N]`: HTTP batches through the real server into the
 * database, flat out and at 10,000 events/s, compared with a raw bulk insert of the same rows into the same table, in turns. The last line is one
 * JSON object.
 *
 * Everything runs on this machine: generator, server and database share its cores. `events_per_s` is what was sent, divided by the time
 * from the first byte to the last commit.
 */
import { execFile, fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { mariadbMissing, startServer as startDatabase } from '../src/store/testing/mariadb-fixture.ts'
import { serverMissing } from '../src/store/testing/server-programs.ts'
import { ingestToken, startServer } from '../test/fixtures/server.ts'
import { firstSeq } from './event-lines.ts'
import { cpuSeconds, percentile, pssMb } from './processes.ts'
import { type Done, type Flood, type Pace, type Probe, probeDevice, type Target } from './store-generator.ts'

const paceRate = 10_000
const drainMsMax = 240_000
/** Looked at more often the database is busy with being looked at: that counted as a twentieth of a core. */
const probeLookMs = 5

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    store: { type: 'string', default: mariadbMissing() ? 'sqlite' : 'mariadb' },
    devices: { type: 'string', default: '2000' },
  },
})
const devices = Number(options.devices)
const rawSeconds = options.quick ? 2 : 5
const floodSeconds = options.quick ? 6 : 30
const paceSeconds = options.quick ? 8 : 30
const say = (text: string) => options.json || console.error(text)

/** Where rows go, and one cheap question at a time about them. */
interface Place extends AsyncDisposable {
  readonly serverFlags: readonly string[]
  readonly pids: readonly number[]
  newUrl(): Promise<string>
  query(sql: string): Promise<Record<string, number>[]>
  connect(dataDir: string): Promise<void>
}

await using place =
  options.store === 'sqlite' ? await sqlitePlace() : await serverPlace(options.store === 'mysql' ? 'mysql' : 'mariadb')
const raw = [await rawRate()]
say(`raw bulk insert: ${format(raw[0] as number)} rows/s`)
{
  await using server = await startServer({ flags: place.serverFlags })
  await place.connect(server.dataDir)
  const pids = Object.values(server.ready.pids)
  const generator = fork(path.join(import.meta.dirname, 'store-generator.ts'))
  const byProcess = (figure: (pid: number) => number) =>
    Object.fromEntries(Object.entries(server.ready.pids).map(([name, pid]) => [name, figure(pid)]))
  const cpuByProcess = (): Record<string, number> => ({
    ...byProcess((pid) => cpuSeconds([pid])),
    generator: cpuSeconds([generator.pid as number]),
    ...(place.pids.length > 0 ? { database: cpuSeconds(place.pids) } : {}),
  })
  const ask = (message: Target | Flood | Pace) =>
    new Promise<Done>((resolve) => {
      const hear = (answer: Done | Probe) => {
        if (answer.kind !== 'done') return
        generator.off('message', hear)
        resolve(answer)
      }
      generator.on('message', hear)
      generator.send(message)
    })
  try {
    await ask({ kind: 'target', url: server.ready.ingest, token: ingestToken, devices })
    // The first of everything is slow: code is compiled, connections are made, files get their blocks.
    let sent = (await ask({ kind: 'flood', events: 50_000 })).sent
    await drained(sent)

    const cpuBefore = cpuByProcess()
    const began = performance.now()
    const flood = await ask({ kind: 'flood', events: Math.round((raw[0] as number) * 0.6 * floodSeconds) })
    const sentS = (performance.now() - began) / 1_000
    sent += flood.sent
    await drained(sent)
    const seconds = (performance.now() - began) / 1_000
    const eventsPerS = flood.sent / seconds
    const cpuAfter = cpuByProcess()
    const usPerEvent = sharesOf(cpuBefore, cpuAfter, flood.sent / 1e6)
    const pssAfterFlood = pssMb(pids)
    say(
      `flat out: ${format(flood.sent)} events, acknowledged in ${sentS.toFixed(1)} s, committed in ${seconds.toFixed(1)} s`,
    )
    raw.push(await rawRate())
    say(`raw bulk insert: ${format(raw[1] as number)} rows/s`)

    const watching = watchProbes(generator)
    const pacedBefore = cpuByProcess()
    const paced = await ask({ kind: 'pace', rate: paceRate, seconds: paceSeconds })
    const { generator: _, ...pacedCores } = sharesOf(pacedBefore, cpuByProcess(), paceSeconds)
    sent += paced.sent
    await drained(sent)
    const commitMs = await watching.end()
    const { lost, doubled } = await check(sent)
    const rawRows = sum(raw) / raw.length
    const result = {
      bench: 'store',
      store: options.store,
      devices,
      events_per_s: Math.round(eventsPerS),
      raw_rows_per_s: Math.round(rawRows),
      ratio: round(eventsPerS / rawRows, 3),
      sent,
      lost,
      doubled,
      ack_p50_ms: round(percentile(paced.ackMs, 0.5), 1),
      ack_p99_ms: round(percentile(paced.ackMs, 0.99), 1),
      commit_p50_ms: round(percentile(commitMs, 0.5), 1),
      commit_p99_ms: round(percentile(commitMs, 0.99), 1),
      paced_rate: paceRate,
      paced_cores: round(sum(Object.values(pacedCores)), 2),
      paced_cores_by_process: pacedCores,
      cpu_us_per_event: usPerEvent,
      pss_mb: Math.round(Math.max(pssMb(pids), pssAfterFlood)),
      pss_mb_by_process: byProcess((pid) => Math.round(pssMb([pid]))),
      database_pss_mb: Math.round(pssMb(place.pids)),
    }
    if (!options.json) for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(20)} ${value}`)
    console.log(JSON.stringify(result))
  } finally {
    generator.kill()
  }
}

async function rawRate(): Promise<number> {
  const url = await place.newUrl()
  const script = path.join(import.meta.dirname, 'raw-insert.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, url, `${rawSeconds}`])
  return (JSON.parse(stdout) as { rows_per_s: number }).rows_per_s
}

/** Resolves when as many readings are committed as were sent. */
async function drained(sent: number) {
  for (const until = performance.now() + drainMsMax; ; ) {
    const [row] = await place.query('SELECT coalesce(sum(committed), 0) AS n FROM ledger')
    if (Number(row?.['n']) >= sent) return
    if (performance.now() > until) throw new Error(`only ${row?.['n']} of ${sent} events were committed in time`)
    await sleep(50)
  }
}

/** Time from sending a single reading to its commit, seen by looking at its device again and again. */
function watchProbes(generator: ReturnType<typeof fork>) {
  const waiting: Probe[] = []
  const tookMs: number[] = []
  let ended = false
  const hear = (message: Done | Probe) => void (message.kind === 'probe' && waiting.push(message))
  generator.on('message', hear)
  const watching = (async () => {
    while (!ended || waiting.length > 0) {
      const [row] = await place.query(`SELECT d.max_seq AS n FROM device d WHERE d.external = '${probeDevice}'`)
      const now = performance.timeOrigin + performance.now()
      while (waiting[0] && waiting[0].seq <= Number(row?.['n'] ?? -1))
        tookMs.push(now - (waiting.shift() as Probe).sentMs)
      await sleep(probeLookMs)
    }
    return tookMs
  })()
  return {
    end() {
      ended = true
      generator.off('message', hear)
      return watching
    },
  }
}

/** Against what was sent: every device has its numbers without a gap and without a repeat, counted in the readings themselves. */
async function check(sent: number): Promise<{ lost: number; doubled: number }> {
  const rows = await place.query(
    `SELECT device, count(*) AS n, count(DISTINCT seq) AS d, min(seq) AS low, max(seq) AS high FROM reading GROUP BY device`,
  )
  let stored = 0
  let doubled = 0
  let gaps = 0
  for (const { n, d, low, high } of rows as Record<'n' | 'd' | 'low' | 'high', number>[]) {
    stored += Number(d)
    doubled += Number(n) - Number(d)
    gaps += Number(high) - Number(low) + 1 - Number(d) + (Number(low) - firstSeq)
  }
  return { lost: Math.max(sent - stored, gaps), doubled }
}

async function sqlitePlace(): Promise<Place> {
  const dir = await mkdtemp(path.join(tmpdir(), 'bench-store-'))
  let db: DatabaseSync | undefined
  let raws = 0
  return {
    serverFlags: ['--store', 'sqlite'],
    pids: [],
    newUrl: async () => `sqlite:${path.join(dir, `raw-${++raws}.db`)}`,
    async connect(dataDir) {
      db = new DatabaseSync(path.join(dataDir, 'baykeeper.db'), { readOnly: true, timeout: 5_000 })
    },
    query: async (sql) => db?.prepare(sql).all() as Record<string, number>[],
    async [Symbol.asyncDispose]() {
      db?.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function serverPlace(kind: 'mariadb' | 'mysql'): Promise<Place> {
  const missing = serverMissing(kind)
  if (missing) throw new Error(missing)
  const server = await startDatabase(kind)
  const url = await server.createDatabase()
  const line = await server.connect(url)
  return {
    serverFlags: ['--store', url],
    pids: [server.pid],
    newUrl: () => server.createDatabase(),
    connect: async () => {},
    query: async (sql) => Array.from(await line.query<Record<string, number>[]>(sql)),
    async [Symbol.asyncDispose]() {
      await line.end()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** Use of each process between two samples, divided by `per`. */
function sharesOf(before: Record<string, number>, after: Record<string, number>, per: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([name, used]) => [name, round((used - (before[name] ?? 0)) / per, 3)]),
  )
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}

function format(value: number): string {
  return Math.round(value).toLocaleString('en')
}
