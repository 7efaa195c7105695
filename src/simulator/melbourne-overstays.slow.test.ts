/** Real stays that overran their limit: what the rules and the folds make of them is what the data has, to the minute. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { applyLive, type DeviceRecord, newDevice } from '../domain/fold.ts'
import { bayStates } from '../domain/folds/bay-states.ts'
import type { StayRow } from '../domain/folds/stay-row.ts'
import { stays } from '../domain/folds/stays.ts'
import { plainBay, type Site } from '../domain/layout.ts'
import type { OverstayRow } from '../domain/overstays.ts'
import type { DeviceId } from '../domain/reading.ts'
import { overstayMinutes, type StayLimit, stayLimit } from '../domain/stay-rules.ts'
import { watchingOf } from '../domain/watching.ts'
import { instant } from '../lib/brand.ts'
import { readCsvFile } from './csv-file.ts'
import { type BadRow, readStays, type Stay } from './stays.ts'
import { transitions } from './transitions.ts'

const zone = 'Australia/Melbourne'
const file = path.join(
  import.meta.dirname,
  '../../../shared/data/datasets/melbourne-violations/melbourne_overstays_2016-11-07_2016-12-04.csv',
)
const never = ({ line, what }: BadRow) => assert.fail(`line ${line}: ${what}`)
const skip = existsSync(file) ? false : `no stays at ${file}`
if (skip)
  process.stderr.write(
    'SKIPPED: 59,042 overstays of Melbourne are not compared with the rules and the folds: the data is not at ../shared/data\n',
  )

interface Overrun extends Stay {
  readonly violation: number
  readonly overstayMin: number
}

/** In the order of the file: by arrival. */
async function readOverruns(): Promise<Overrun[]> {
  const minutes: (readonly [violation: number, overstayMin: number])[] = []
  for await (const { cells } of readCsvFile(file, ['violation_local', 'overstay_min'])) {
    const { violation_local = '', overstay_min } = cells
    const at = Temporal.PlainDateTime.from(violation_local).toZonedDateTime(zone).epochMilliseconds
    minutes.push([at, Number(overstay_min)])
  }
  const all: Overrun[] = []
  for await (const stay of readStays(file, zone, never)) {
    const [violation, overstayMin] = minutes[all.length] as readonly [number, number]
    all.push({ ...stay, violation, overstayMin })
  }
  return all
}
const overruns = skip ? Promise.resolve([]) : readOverruns()

/** Those that begin while another one goes on in the same bay: one sensor cannot report them. */
function overlapping(all: readonly Overrun[]): Set<Overrun> {
  const until = new Map<string, number>()
  return new Set(
    all.filter(({ bay, arrival, departure }) => {
      const before = until.get(bay) ?? 0
      if (arrival >= before) until.set(bay, departure)
      return arrival < before
    }),
  )
}

const minuteMs = 60_000
/** The data's own limit of each stay: it differs from stay to stay of one bay, and is 0 where no vehicle may stop. */
const limitIn = ({ arrival, violation }: Overrun) =>
  stayLimit({ maxStayMin: (violation - arrival) / minuteMs }, { zone })

test('the rule of each stay shows when its overstay begins, and its minutes', { skip }, async () => {
  const all = await overruns
  assert.equal(all.length, 59_042)
  for (const stay of all) {
    const limit = limitIn(stay)
    assert.equal(limit.begins(instant(stay.arrival)), stay.violation)
    assert.equal(overstayMinutes(limit, instant(stay.arrival), instant(stay.departure)), stay.overstayMin)
  }
})

test('the folds make every stay and its overstay of what the sensors report, but for the 3 that overlap another', {
  skip,
}, async () => {
  const left = overlapping(await overruns)
  assert.equal(left.size, 3)
  const all = (await overruns).filter((stay) => !left.has(stay))
  const byArrival = new Map(all.map((stay) => [`${stay.bay} ${stay.arrival}`, stay]))
  const limitOf = (bay: string): StayLimit => ({
    ...{ rule: { maxStayMin: 0 }, limitMs: 0 },
    begins: (arrival) => limitIn(byArrival.get(`${bay} ${arrival}`) as Overrun).begins(arrival),
    countedMs: (from, to) => to - from,
  })
  const bays = [...new Set(all.map(({ bay }) => bay))]
  const level = {
    id: 'L',
    name: 'L',
    x: 0,
    y: 0,
    w: 1,
    h: 1,
    zones: [],
    bays: bays.map((id) => plainBay(id, { x: 0, y: 0 })),
  }
  const sites: Site[] = [{ id: 'M', name: 'M', zone, levels: [level] }]
  const watching = { ...watchingOf({ sites }), limitOf }
  const ended: StayRow[] = []
  const overstays = new Map<string, OverstayRow>()
  let known = 0
  const keep = () => {
    const { put, gone } = fold.takeStanding().overstays
    for (const { bay, arrival } of gone) overstays.delete(`${bay} ${arrival}`)
    for (const row of put) {
      if (row.ended === null) known++
      overstays.set(`${row.bay} ${row.arrival}`, row)
    }
  }
  const book = { add: (stay: StayRow) => void ended.push(stay), of: () => [], take: () => [] }
  const states = bayStates({ watching, devices: [], promiseMs: 30 * 86_400_000 }, (event) => {
    if (event.is === 'bay') fold.apply(event)
  })
  const fold = stays(
    { watching, devices: [], stateOf: states.stateOf, flagsOf: () => 0, standing: [], overstays: [] },
    book,
  )
  const devices = new Map<string, DeviceRecord>()
  for await (const { device: name, time: ms, occupied } of transitions(Readable.from(all), never)) {
    const time = instant(ms)
    const device = devices.getOrInsertComputed(name, () =>
      newDevice(devices.size + 1, 'replay', name as DeviceId, time),
    )
    states.tick?.(time)
    fold.tick?.(time)
    keep()
    states.apply({ is: 'liveness', device, arrived: time, time, path: '' })
    device.lastArrived = time
    const { occupied: was, since, claimedBay } = device
    const reading = { device: device.external, measures: { occupied } }
    applyLive(device, reading, time)
    const event = { is: 'applied', device, before: { occupied: was, since, claimedBay }, reading, time } as const
    states.apply(event)
    fold.apply(event)
  }
  keep()
  const found = new Map(ended.map((stay) => [`${stay.bay} ${stay.arrival} ${stay.departure}`, stay]))
  for (const stay of all) {
    const row = found.get(`${stay.bay} ${stay.arrival} ${stay.departure}`)
    assert.deepEqual([row?.dwellMs, row?.overstayMin], [stay.departure - stay.arrival, stay.overstayMin])
    const overstay = overstays.get(`${stay.bay} ${stay.arrival}`)
    const { violation, departure, overstayMin } = stay
    assert.deepEqual([overstay?.begun, overstay?.ended, overstay?.minutes], [violation, departure, overstayMin])
  }
  assert.deepEqual([ended.length, overstays.size], [59_039, 59_039])
  // One of the street is known while it goes on, but where nothing was heard between its begin and its end.
  assert.ok(known > 59_000, `${known} were known before they ended`)
})
