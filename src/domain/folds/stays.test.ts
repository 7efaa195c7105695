/** Stays and overstays by bay, from the events of a bay: what breaks a stay and what does not, and what is in doubt of it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type BayState, bayFlagBits } from '@baykeeper/contract/vocabulary.ts'
import { instant } from '../../lib/brand.ts'
import { type DeviceRecord, newDevice } from '../fold.ts'
import { plainBay, type StayRule } from '../layout.ts'
import type { DeviceId, Measures } from '../reading.ts'
import { watchingOf } from '../watching.ts'
import type { BayEvent, Before } from './fold.ts'
import type { StayRow } from './stay-row.ts'
import { stays } from './stays.ts'

const eight = Date.parse('2026-11-23T08:00:00Z')
const deviceOf = (id: number): DeviceRecord => newDevice(id, 'tcp', `d${id}` as DeviceId, instant(eight))
const nowhere = { watching: watchingOf({ sites: [] }), devices: [], standing: [], overstays: [] }
const start = { ...nowhere, stateOf: (): BayState => 'unknown', flagsOf: () => 0 }
const applied = (device: DeviceRecord, before: Partial<Before>, measures: Measures, ms: number) =>
  ({
    is: 'applied',
    device,
    before: { occupied: undefined, since: null, claimedBay: null, ...before },
    reading: { device: device.external as DeviceId, measures },
    time: instant(ms),
  }) as const

function listOfStays() {
  let list: StayRow[] = []
  return {
    add: (stay: StayRow) => void list.push(stay),
    of: (bay: string) => list.filter((stay) => stay.bay === bay),
    take() {
      const taken = list
      list = []
      return taken
    },
  }
}

describe('the stay of a device that watches no bay of the layout', () => {
  const occupied = { occupied: true, since: instant(eight) } as const
  test('ends when it reports free, and not while it reports occupied', () => {
    const fold = stays(start, listOfStays())
    const device = { ...deviceOf(1), occupied: true as boolean | null }
    fold.apply(applied(device, occupied, { occupied: true }, eight + 1_000))
    assert.deepEqual(fold.take(), [])
    device.occupied = false
    fold.apply(applied(device, { ...occupied, claimedBay: 'x' }, { occupied: false }, eight + 2_000))
    const row = { device: 1, arrival: eight, departure: eight + 2_000, dwellMs: 2_000, bay: 'x', certain: true }
    assert.deepEqual(fold.take(), [{ ...row, corrections: 0, maxErrorMs: 0, hiddenMax: null, overstayMin: null }])
    assert.deepEqual(fold.take(), [])
  })
  test('is not certain when the sensor stopped knowing, and never ends before it began', () => {
    const fold = stays(start, listOfStays())
    const device = { ...deviceOf(1), occupied: null }
    fold.apply(applied(device, occupied, { occupied: null }, eight - 2_000))
    assert.deepEqual(
      fold.take().map(({ dwellMs, certain }) => ({ dwellMs, certain })),
      [{ dwellMs: 0, certain: false }],
    )
  })
})

/** One bay with a device, from the events that its fold emits. */
function oneBay(rule?: StayRule, now: Partial<typeof start> = {}) {
  const watching = (by?: StayRule) => {
    const bay = plainBay('b', { x: 0, y: 0 }, { devices: ['d1'], ...(by ? { rule: by } : {}) })
    const level = { id: 'L', name: 'L', x: 0, y: 0, w: 1, h: 1, zones: [], bays: [bay] }
    return watchingOf({ sites: [{ id: 'S', name: 'S', zone: 'UTC', levels: [level] }] })
  }
  const book = listOfStays()
  const fold = stays({ ...start, ...now, watching: watching(rule) }, book)
  const device = deviceOf(1)
  const at = (minute: number) => instant(eight + minute * 60_000)
  let state: BayEvent['after'] = 'unknown'
  const becomes = (after: BayEvent['after'], minute: number, by: Partial<BayEvent> = {}) => {
    const event = {
      is: 'bay',
      bay: 'b',
      time: at(minute),
      before: state,
      after,
      cause: 'device',
      device: null,
    } as const
    fold.apply({ ...event, certain: false, ...by })
    state = after
  }
  return {
    becomes,
    /** The device reports; `isSeen`: its bay changes with it. */
    reports(occupied: boolean, minute: number, isSeen = true) {
      const before = { occupied: device.occupied, since: device.since }
      if (device.occupied !== occupied) Object.assign(device, { occupied, since: at(minute) })
      device.lastTime = at(minute)
      if (isSeen) becomes(occupied ? 'occupied' : 'free', minute, { device, certain: true })
      fold.apply(applied(device, before, { occupied }, at(minute)))
    },
    tick: (minute: number) => fold.tick?.(at(minute)),
    publish: (by: StayRule | undefined, minute: number) =>
      fold.apply({ is: 'layout', watching: watching(by), devices: [device], at: at(minute) }),
    minutes: (ms: number | null) => (ms === null ? null : (ms - eight) / 60_000),
    ended() {
      return fold
        .take()
        .map(({ arrival, departure, certain }) => [(arrival - eight) / 60_000, (departure - eight) / 60_000, certain])
    },
    overstays() {
      const { put } = fold.takeStanding().overstays
      return put.map(({ begun, ended }) => [(begun - eight) / 60_000, ended === null ? null : (ended - eight) / 60_000])
    },
  }
}

describe('what breaks the stay of a bay', () => {
  test('a bay that is closed or reserved is no departure; meanwhile its sensor reports its stays', () => {
    for (const state of ['closed', 'reserved'] as const) {
      const bay = oneBay()
      bay.reports(false, 0)
      bay.reports(true, 10)
      bay.becomes(state, 15, { cause: 'override' })
      assert.deepEqual(bay.ended(), [])
      bay.reports(false, 30, false)
      bay.reports(true, 40, false)
      assert.deepEqual(bay.ended(), [[10, 30, true]])
      bay.becomes('occupied', 50)
      bay.reports(false, 60)
      assert.deepEqual(bay.ended(), [[40, 60, true]])
    }
  })

  test('a person who sets a bay free ends its stay, and one who sets it occupied begins one', () => {
    const bay = oneBay()
    bay.reports(false, 0)
    bay.reports(true, 10)
    bay.becomes('free', 20, { cause: 'override' })
    assert.deepEqual(bay.ended(), [[10, 20, true]])
    bay.becomes('occupied', 30, { cause: 'override' })
    bay.becomes('free', 45, { cause: 'override' })
    assert.deepEqual(bay.ended(), [[30, 45, true]])
  })

  test('a bay that has no device for a while goes on with its stay, which is in doubt', () => {
    const bay = oneBay()
    bay.reports(false, 0)
    bay.reports(true, 10)
    bay.becomes('unknown', 20, { cause: 'layout' })
    const other = { ...deviceOf(2), occupied: true, since: instant(eight), lastTime: instant(eight) }
    bay.becomes('occupied', 30, { device: other })
    bay.becomes('free', 60, {
      device: {
        ...other,
        occupied: false,
        since: instant(eight + 60 * 60_000),
        lastTime: instant(eight + 60 * 60_000),
      },
      certain: true,
    })
    assert.deepEqual(bay.ended(), [[10, 60, false]])
  })
})

test('a departure that the bay of a flapping sensor passes over may be hidden in its stay', () => {
  const bay = oneBay(undefined, { stateOf: () => 'occupied', flagsOf: () => bayFlagBits.flapping })
  bay.reports(false, 0)
  bay.reports(true, 10)
  bay.reports(false, 11, false)
  bay.reports(true, 12, false)
  bay.reports(false, 20)
  assert.deepEqual(bay.ended(), [[10, 20, false]])
})

describe('an overstay', () => {
  test('begins with the first look behind its limit, and not before', () => {
    const bay = oneBay({ maxStayMin: 30 })
    bay.reports(false, 0)
    bay.reports(true, 10)
    bay.tick(39)
    assert.deepEqual(bay.overstays(), [])
    bay.tick(41)
    assert.deepEqual(bay.overstays(), [[40, null]])
    bay.tick(42)
    assert.deepEqual(bay.overstays(), [])
    bay.reports(false, 55)
    assert.deepEqual(bay.overstays(), [[40, 55]])
  })

  test('waits while the bay is not known, until it is known again', () => {
    const bay = oneBay({ maxStayMin: 30 })
    bay.reports(false, 0)
    bay.reports(true, 10)
    bay.becomes('unknown', 20)
    bay.tick(60)
    assert.deepEqual(bay.overstays(), [])
    bay.becomes('occupied', 70)
    bay.tick(71)
    assert.deepEqual(bay.overstays(), [[40, null]])
  })

  test('does not begin before the rule that it breaks was published, for a vehicle that stood there already', () => {
    const bay = oneBay()
    bay.reports(false, 0)
    bay.reports(true, 10)
    bay.publish({ maxStayMin: 30 }, 60)
    bay.tick(61)
    assert.deepEqual(bay.overstays(), [[60, null]])
    bay.reports(false, 80)
    bay.reports(true, 90)
    bay.tick(130)
    assert.deepEqual(bay.overstays(), [
      [60, 80],
      [120, null],
    ])
  })

  test('that has begun goes on under a rule that came later, and without any', () => {
    const bay = oneBay({ maxStayMin: 30 })
    bay.reports(false, 0)
    bay.reports(true, 10)
    bay.publish(undefined, 50)
    assert.deepEqual(bay.overstays(), [[40, null]])
    bay.reports(false, 70)
    assert.deepEqual(bay.overstays(), [[40, 70]])
  })
})
