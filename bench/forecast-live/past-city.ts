/** A site of generated lots with a past, written straight into a new SQLite database: what forecasts of so many lots rest on. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { generatedCity } from '../../forecaster/data/city.ts'
import { plainBay } from '../../src/domain/layout.ts'
import { quarterMs } from '../../src/domain/occupancy-span.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { openStore } from '../../src/store/engine/open.ts'
import { placeLayout } from '../../src/store/testing/store-samples.ts'

export interface PastCity {
  readonly lots: number
  readonly days: number
  /** Newest quarter of the past ends before this. */
  readonly until: number
}

export const site = 'bench'
const zone = 'Europe/Berlin'
const baysOfLot = 4
/** Rows tell of larger lots than the plan draws, so that rates have as many steps as those of garages. */
const capacity = 400
const seed = 7
const dayMs = 86_400_000

/** `dir` is a data directory that a server is started on afterwards. */
export async function layPastCity(dir: string, { lots, days, until }: PastCity): Promise<string> {
  await mkdir(dir, { recursive: true })
  const file = path.join(dir, 'baykeeper.db')
  const url = `sqlite:${file}`
  {
    await using store = await openStore(url, { log: silentLog, clock: systemClock })
    await store.migrate()
    await placeLayout(store, layoutOf(lots), { author: 'bench', created: systemClock.now() })
  }
  const db = new DatabaseSync(file)
  const columns =
    'span_ms, site, level, zone, start, capacity, occupied_ms, known_ms, full_ms, min_occupied, max_occupied'
  const insert = db.prepare(
    `INSERT INTO occupancy (${columns}, occupied_end, known_end) VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, ?, ?)`,
  )
  const begin = Math.floor(until / quarterMs) * quarterMs - days * dayMs
  const { rates } = generatedCity({ seed, lots, days, from: new Date(begin).toISOString().slice(0, 10) })
  const steps = days * 96
  const write = (key: readonly [string, string], own: (step: number) => number, whole: number) => {
    db.exec('BEGIN')
    for (let step = 0; step < steps; step++) {
      const rate = own(step)
      if (Number.isNaN(rate)) continue
      insert.run(quarterMs, site, ...key, begin + step * quarterMs, whole, Math.round(rate * whole), whole)
    }
    db.exec('COMMIT')
  }
  write(['', ''], (step) => meanOf(rates, step), lots * capacity)
  for (const [i, own] of rates.entries()) write(['L', zoneId(i)], (step) => own[step] as number, capacity)
  db.close()
  return url
}

function meanOf(rates: readonly Float32Array[], step: number): number {
  let sum = 0
  let count = 0
  for (const own of rates) {
    const rate = own[step] as number
    if (Number.isNaN(rate)) continue
    sum += rate
    count++
  }
  return sum / count
}

const zoneId = (i: number) => `z${i}`

function layoutOf(lots: number) {
  const bays = Array.from({ length: lots * baysOfLot }, (_, i) => {
    const lot = Math.floor(i / baysOfLot)
    return plainBay(`P-${i}`, { x: 3 * (i % 100), y: 6 * Math.floor(i / 100) }, { zones: [zoneId(lot)] })
  })
  const zones = Array.from({ length: lots }, (_, i) => ({ id: zoneId(i), name: `Zone ${i}` }))
  const level = { id: 'L', name: 'Level', x: 0, y: 0, w: 320, h: 200, zones, bays }
  return { name: 'Bench', bayW: 2.5, bayH: 5, sites: [{ id: site, name: 'Bench', zone, levels: [level] }] }
}
