import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PastState } from '@baykeeper/contract/override.ts'
import { countsThen, isPartial, lotsThen } from './lots-then.ts'

type Bay = PastState['bays'][number]
const bay = (id: string, state: Bay['state'], more: Partial<Bay> = {}): Bay => ({
  ...{ id, site: 'north', level: 'p1', state, since: null, cause: 'device', flags: [], override: null },
  ...more,
})

test('closed bays are beside the capacity, and only states of sensors are live', () => {
  const counts = countsThen([
    bay('a', 'free'),
    bay('b', 'occupied', { cause: 'override' }),
    bay('c', 'unknown'),
    bay('d', 'closed'),
  ])
  assert.deepEqual(counts, { capacity: 3, free: 1, occupied: 1, reserved: 0, unknown: 1, closed: 1, live: 1 })
})

test('a lot and a level that are gone today are named by their id', () => {
  const zone = 'Europe/Berlin'
  const occupancy = countsThen([])
  const today = [
    { id: 'north', name: 'North', zone, occupancy, levels: [{ id: 'p1', name: 'Level 1', occupancy }], updated: null },
  ]
  const bays = [bay('a', 'free'), bay('b', 'occupied', { level: 'p2' }), bay('c', 'free', { site: 'gone' })]
  const [north, gone] = lotsThen({ bays, count_zones: [] }, today)
  assert.deepEqual(
    [north?.name, north?.levels.map(({ name }) => name), north?.zone],
    ['North', ['Level 1', 'p2'], zone],
  )
  assert.deepEqual([gone?.name, gone?.occupancy.free], ['gone', 1])
})

test('a lot that has count zones alone was there, and the figures of its bays are not those of the lot', () => {
  const zone = { ...{ site: 'deck', level: 'p1', zone: 'all', state: 'known' as const, changed: null, capacity: 100 } }
  const state = {
    bays: [bay('a', 'free')],
    count_zones: [{ ...zone, offset: 0, vehicles: 40, band: { low: 40, high: 40 }, free: 60 }],
  }
  assert.deepEqual(
    lotsThen(state, []).map(({ id }) => [id, isPartial(state, id)]),
    [
      ['north', false],
      ['deck', true],
    ],
  )
})
