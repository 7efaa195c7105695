/**
 * Fills a store through its own contract, as the processor does: batches of readings with the states of their devices. At each mark it
 * prints the insert rate of the last rows, the time to read back a device's day, and the memory used.
 *
 * `node bench/scaling/fill-process.ts URL DEVICES BATCH MARKS`, marks being row counts with commas. One JSON object a line.
 */

import { newDevice } from '../../src/domain/fold.ts'
import { noMeasures } from '../../src/domain/measures.ts'
import type { DeviceId } from '../../src/domain/reading.ts'
import { instant } from '../../src/lib/brand.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { dayMs, dayName, dayNumber } from '../../src/lib/utc-day.ts'
import { openStore } from '../../src/store/engine/open.ts'
import { readingRows } from '../../src/store/readings/reading-rows.ts'
import { type CommitBatch, type ReadingRow, readingPageMax, type Store } from '../../src/store/store.ts'
import { percentile, pssMb } from '../processes.ts'

export interface Mark {
  readonly rows: number
  /** Over the last tenth of the rows. */
  readonly rows_per_s: number
  readonly commit_p50_ms: number
  readonly commit_p99_ms: number
  /** All pages of one day of one device, each device asked once: of all of them together, the median and the 99th percentile. */
  readonly device_day_ms: number
  readonly device_day_p99_ms: number
  readonly device_day_rows: number
  readonly pss_mb: number
}

const journal = '0123456789abcdef0123456789abcdef'
const framesPerRecord = 1_000
/** A sensor speaks every half minute: a day of it are 2,880 readings. */
const everyMs = 30_000
const readDevices = 100

const [url = '', devicesText, batchText, marksText = ''] = process.argv.slice(2)
const devices = Number(devicesText)
const batchRows = Number(batchText)
const marks = marksText.split(',').map(Number)
await using store = await openStore(url, { log: silentLog, clock: systemClock })
await store.migrate()
await store.takeFence(journal, 1)
await store.cursor(journal)

const base = Date.now()
let rows = 0
let position = 0
for (const mark of marks) {
  const measureFrom = Math.max(rows, mark - Math.max(mark / 10, batchRows * 3))
  const commitMs: number[] = []
  let measured = 0
  let tookMs = 0
  while (rows < mark) {
    const batch = nextBatch(Math.min(batchRows, mark - rows))
    const began = performance.now()
    await store.commit(batch)
    const ms = performance.now() - began
    if (rows >= measureFrom) {
      tookMs += ms
      measured += batch.readings.length
      commitMs.push(ms)
    }
    rows += batch.readings.length
    position = batch.to
  }
  const { ms, p99, count } = await deviceDay(store)
  const result: Mark = {
    rows,
    rows_per_s: Math.round(measured / (tookMs / 1_000)),
    commit_p50_ms: Number(percentile(commitMs, 0.5).toFixed(2)),
    commit_p99_ms: Number(percentile(commitMs, 0.99).toFixed(2)),
    device_day_ms: Number(ms.toFixed(1)),
    device_day_p99_ms: Number(p99.toFixed(1)),
    device_day_rows: count,
    pss_mb: Math.round(pssMb([process.pid])),
  }
  console.log(JSON.stringify(result))
}

function nextBatch(count: number): CommitBatch {
  const readings: ReadingRow[] = []
  const touched = new Map<number, number>()
  for (let i = 0; i < count; i++) {
    const number = rows + i
    const device = 1 + (number % devices)
    const seq = Math.floor(number / devices)
    touched.set(device, seq)
    const time = instant(base + seq * everyMs)
    readings.push({
      ...{
        pos: position + 1 + Math.floor(i / framesPerRecord),
        idx: (i % framesPerRecord) * 1_024,
        device,
        epoch: 0,
        seq,
      },
      ...{ time, arrived: time, quality: 0, hash: (number * 2_654_435_761) % 2 ** 48, occupied: seq % 2 === 0 },
      ...{ ...noMeasures, batteryV: 3.6, rssiDbm: -70 },
    })
  }
  const to = position + Math.ceil(count / framesPerRecord)
  const states = [...touched].map(([device, seq]) => {
    const time = instant(base + seq * everyMs)
    return {
      ...newDevice(device, 'http', nameOf(device), instant(base)),
      ...{ minSeq: 0, maxSeq: seq, distinct: seq + 1, occupied: seq % 2 === 0, since: time, lastTime: time },
      ...{ lastArrived: time, batteryV: 3.6, rssiDbm: -70, readings: seq + 1, rev: to },
    }
  })
  const counted = { committed: count, duplicate: 0, quarantined: 0, lost: 0, damaged: 0 }
  return {
    ...{
      journal,
      from: position,
      to,
      fence: 1,
      readings: readingRows(readings),
      devices: states,
      deadLetters: [],
      deadLettersDone: [],
    },
    ledger: [{ source: 'http', day: dayName(dayNumber(base)), ...counted }],
  }
}

/** The newest whole day there is, or what there is of one. */
async function deviceDay(from: Store): Promise<{ ms: number; p99: number; count: number }> {
  const newest = base + Math.floor(rows / devices) * everyMs
  const took: number[] = []
  let count = 0
  for (let i = 0; i < readDevices; i++) {
    const external = nameOf(1 + Math.floor((devices * (i + 0.5)) / readDevices))
    const began = performance.now()
    count = 0
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await from.readings({
        ...{ external, from: instant(newest - dayMs), to: instant(newest), limit: readingPageMax },
        ...(cursor === undefined ? {} : { cursor }),
      })
      count += page.items.length
      cursor = page.next
    }
    took.push(performance.now() - began)
  }
  return { ms: percentile(took, 0.5), p99: percentile(took, 0.99), count }
}

function nameOf(device: number): DeviceId {
  return `S-${device}` as DeviceId
}
