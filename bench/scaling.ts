/**
 * `npm run bench -- scaling`: how throughput and memory go with the number of sensors (the whole pipeline, HTTP batches), and with the
 * rows already stored and the size of a batch (the store alone, through its contract).
 *
 * Options: --quick, --full (up to 100 million rows in SQLite), --json, --record, --store NAMES, --parts sensors,rows,batch.
 */
import { statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { mariadbMissing } from '../src/store/testing/mariadb-fixture.ts'
import { openPlace, type Place, type StoreName } from './limits/place.ts'
import { openServerUnderLoad } from './limits/server-under-load.ts'
import type { ScalingResult } from './report/results.ts'
import { benchFlags } from './run/arguments.ts'
import { beginBench } from './run/bench-run.ts'
import { count, rounded } from './run/figures.ts'
import { fill } from './scaling/fill.ts'

const flags = benchFlags(['store', 'parts'])
const { quick } = flags
const sensorCounts = quick ? [500, 5_000] : [500, 5_000, 50_000, 500_000]
/** A backlog of more than a million would measure patience: half a million sensors are drained at a tenth of the rate. */
const floodSeconds = quick ? 1 : 3
const batchSizes = quick ? [10, 10_000] : [10, 100, 1_000, 10_000]
/** A commit takes as long as a sync: so many of them are enough to see it. */
const commitsEach = quick ? 20 : 500
const devices = 2_000
const fullBatch = 10_000
/** Database and its log, and room for others. */
const bytesPerRowMax = 400

const marksOf = (store: StoreName) =>
  quick ? [1e5, 3e5] : [1e5, 1e6, 1e7, ...(flags.full && store === 'sqlite' ? [1e8] : [])]

const stores = (['sqlite', 'mariadb'] satisfies StoreName[]).filter((name) => wanted('store', name))
const parts = ['rows', 'batch', 'sensors'].filter((name) => wanted('parts', name))

function wanted(flag: string, name: string): boolean {
  const names = flags.value(flag)
  return names === undefined || names.split(',').includes(name)
}

type Sensors = ScalingResult['sensors'][number]
type Stored = ScalingResult['rows'][number]
type Batch = ScalingResult['batch'][number]

const bench = beginBench('scaling', flags, stores.length * parts.length)
const bySensors: Sensors[] = []
const byRows: Stored[] = []
const byBatch: Batch[] = []
const notRun: Record<string, string> = {}

function skip(what: string, why: string): void {
  notRun[what] = why
  bench.say(`! ${what} NOT RUN: ${why}`)
}

for (const store of stores) {
  const absent = store === 'mariadb' && mariadbMissing()
  if (absent) {
    skip(store, absent)
    continue
  }
  await using place = await openPlace(store)
  for (const part of parts) {
    await { rows: measureRows, batch: measureBatches, sensors: measureSensors }
      [part as 'rows' | 'batch' | 'sensors'](store, place)
      .catch((fault: Error) => skip(`${part}, ${store}`, fault.message))
    bench.step()
  }
}

async function measureRows(store: StoreName, place: Place): Promise<void> {
  const { bavail, bsize } = await statfs(tmpdir())
  const marks = marksOf(store).filter((rows) => {
    const fits = rows * bytesPerRowMax < bavail * bsize
    if (!fits)
      skip(`${count(rows)} rows, ${store}`, `needs ${rounded((rows * bytesPerRowMax) / 2 ** 30)} GB of free disk`)
    return fits
  })
  await using open = await place.open()
  for await (const mark of fill({ url: open.url, devices, batch: fullBatch, marks })) {
    const stored: Stored = { store, ...mark, disk_bytes_per_row: Math.round((await open.diskBytes()) / mark.rows) }
    byRows.push(stored)
    bench.say(
      `${store} with ${count(mark.rows)} rows: ${count(mark.rows_per_s)} rows/s, a device's day (${count(mark.device_day_rows)} rows) in ${mark.device_day_ms}/${mark.device_day_p99_ms} ms p50/p99, ${stored.disk_bytes_per_row} bytes/row, ${mark.pss_mb} MB`,
    )
  }
}

async function measureBatches(store: StoreName, place: Place): Promise<void> {
  for (const batch of batchSizes) {
    if (bench.leftMs < 5_000) return skip(`batches of ${batch} and more, ${store}`, 'no time left in a quick run')
    await using open = await place.open()
    const rows = Math.min(batch * commitsEach, quick ? 2e5 : 2e6)
    for await (const mark of fill({ url: open.url, devices, batch, marks: [rows / 2, rows] })) {
      if (mark.rows < rows) continue
      const { rows_per_s, commit_p50_ms, commit_p99_ms } = mark
      byBatch.push({ store, batch, rows_per_s, commit_p50_ms, commit_p99_ms })
      bench.say(
        `${store}, batches of ${count(batch)}: ${count(rows_per_s)} rows/s, a commit ${commit_p50_ms}/${commit_p99_ms} ms p50/p99`,
      )
    }
  }
}

async function measureSensors(store: StoreName, place: Place): Promise<void> {
  for (const sensors of sensorCounts) {
    if (bench.leftMs < 12_000)
      return skip(`${count(sensors)} sensors and more, ${store}`, 'no time left in a quick run')
    await using loaded = await openServerUnderLoad(place, ['http'])
    const load = await loaded.load('http', sensors)
    const warm = await load.ask({ kind: 'flood', seconds: floodSeconds })
    await loaded.drained(warm.sent)
    const began = performance.now()
    const { sent } = await load.ask({ kind: 'flood', seconds: floodSeconds })
    await loaded.drained(warm.sent + sent)
    const seconds = (performance.now() - began) / 1_000
    const { stored } = await loaded.count()
    const result: Sensors = {
      ...{ store, sensors, events_per_s: Math.round(sent / seconds), lost: warm.sent + sent - stored },
      pss_mb: Math.round(loaded.pssMb()),
    }
    bySensors.push(result)
    bench.say(
      `${count(sensors)} sensors to ${store}: ${count(result.events_per_s)} events/s, ${result.lost} lost, ${result.pss_mb} MB`,
    )
  }
}

/** The most of a thing against the least of it: 1 means that it does not matter how many there are. */
const last = <T>(list: readonly T[]): T | undefined => list.at(-1)
const ratios: Record<string, number> = {}
for (const store of stores) {
  const pairs = [
    ['sensors', bySensors.filter((one) => one.store === store).map(({ events_per_s }) => events_per_s)],
    ['rows', byRows.filter((one) => one.store === store).map(({ rows_per_s }) => rows_per_s)],
    ['batch', byBatch.filter((one) => one.store === store).map(({ rows_per_s }) => rows_per_s)],
  ] as const
  for (const [name, rates] of pairs)
    if (rates.length > 1) ratios[`${store}_most_to_fewest_${name}`] = rounded((last(rates) ?? 0) / (rates[0] ?? 1), 2)
}
const figures: ScalingResult = { not_run: notRun, sensors: bySensors, rows: byRows, batch: byBatch }
await bench.finish(ratios, figures)
