/** The whole server on a database of its own, a generator on one of its wires, and the questions that a bench asks about both. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Baykeeper, ingestToken, startBaykeeper } from '../run/baykeeper.ts'
import { usageMeter } from '../run/measured-process.ts'
import { type Load, startLoad, type Wire } from './load.ts'
import { type Mosquitto, startMosquitto } from './mosquitto.ts'
import { bytesBelow, type OpenPlace, type Place } from './place.ts'

/** How events reach us. `mosquitto` is MQTT through a broker that stands between. */
export const sources = ['http', 'tcp', 'mqtt', 'mosquitto', 'serial'] as const
export type SourceName = (typeof sources)[number]

export interface ServerUnderLoad extends AsyncDisposable {
  readonly server: Baykeeper
  readonly place: OpenPlace
  readonly dataDir: string
  /** Opens the generator on a source; its devices are its own. */
  load(source: SourceName, devices: number): Promise<Load>
  /** CPU seconds of server, broker and database together. */
  cpuS(): number
  /** Of the server alone. */
  pssMb(): number
  databasePssMb(): number
  journalBytes(): Promise<number>
  /** Resolves when so many readings are committed in all; throws when they are not in time. */
  drained(total: number): Promise<void>
  /** Distinct readings and repeated ones, counted in the table itself. */
  count(): Promise<{ readonly stored: number; readonly doubled: number }>
}

/** Of half a million sensors each batch brings as many states as readings. */
const drainMsMax = 300_000
const wireOf: Record<SourceName, Wire> = { http: 'http', tcp: 'tcp', mqtt: 'mqtt', mosquitto: 'mqtt', serial: 'serial' }
const connectionsOf: Record<Wire, number> = { http: 8, tcp: 8, mqtt: 4, serial: 1 }
const batchOf: Record<Wire, number> = { http: 1_000, tcp: 1_000, mqtt: 500, serial: 100 }
/** Names have six digits; a server has up to five generators, and no two share a device. */
const devicesApart = 100_000

/** `prepare`: the database, before the server is started on it. `more`: of its command line; `dir` is gone with the server. */
export async function openServerUnderLoad(
  at: Place,
  wanted: readonly SourceName[],
  prepare?: (url: string) => Promise<void>,
  more?: { flags(dir: string): Promise<readonly string[]> },
): Promise<ServerUnderLoad> {
  await using undo = new AsyncDisposableStack()
  const dir = await mkdtemp(path.join(tmpdir(), 'baykeeper-bench-'))
  undo.defer(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }))
  const place = undo.use(await at.open())
  await prepare?.(place.url)
  const flags = ['--store', place.url, ...((await more?.flags(dir)) ?? [])]
  let broker: Mosquitto | undefined
  if (wanted.includes('mosquitto')) {
    broker = undo.use(await startMosquitto())
    const file = path.join(dir, 'bench.yaml')
    await writeFile(file, `brokers:\n  - url: ${broker.url}\n    name: mosquitto\n`)
    flags.push('--config', file)
  }
  const serial = wanted.includes('serial') ? undo.use(await startLoad({ serial: true })) : undefined
  if (serial?.line) flags.push('--serial', serial.line)
  const server = undo.use(await startBaykeeper(dir, flags))
  const dataDir = path.join(dir, 'data')
  const database = usageMeter(() => place.pids)
  undo.defer(() => database.stop())
  let loads = 0

  const kept = undo.move()
  return {
    server,
    place,
    dataDir,
    async load(source, devices) {
      const wire = wireOf[source]
      const load = source === 'serial' && serial ? serial : kept.use(await startLoad())
      const url = source === 'mosquitto' ? broker?.url : source === 'serial' ? '' : urlOf(server, source)
      const order = { kind: 'open', wire, url: url ?? '', token: ingestToken } as const
      const from = loads++ * devicesApart
      await load.ask({ ...order, from, to: from + devices, connections: connectionsOf[wire], batch: batchOf[wire] })
      return load
    },
    cpuS: () => server.usage().cpu_s + database.usage().cpu_s + (broker?.usage().cpu_s ?? 0),
    pssMb: () => server.usage().pss_mb,
    databasePssMb: () => database.usage().pss_mb,
    journalBytes: () => bytesBelow(path.join(dataDir, 'journal')),
    async drained(total) {
      let stored = 0
      for (const until = performance.now() + drainMsMax; performance.now() < until; await sleep(25)) {
        // The ledger is a few rows: to sum up the devices took a third of a core where there are many.
        const [row] = await place.query('SELECT coalesce(sum(committed), 0) AS n FROM ledger')
        stored = Number(row?.['n'] ?? 0)
        if (stored >= total) return
        if (server.hasEnded()) throw new Error(`the server ended: ${server.output()}`)
      }
      throw new Error(`only ${stored} of ${total} events were committed within ${drainMsMax / 1_000} s`)
    },
    async count() {
      const rows = await place.query('SELECT count(*) AS n, count(DISTINCT seq) AS d FROM reading GROUP BY device')
      const sum = (column: 'n' | 'd') => rows.reduce((total, row) => total + Number(row[column]), 0)
      return { stored: sum('d'), doubled: sum('n') - sum('d') }
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

function urlOf({ ready }: Baykeeper, source: 'http' | 'tcp' | 'mqtt'): string | undefined {
  return source === 'http' ? ready.ingest : ready[source]
}
