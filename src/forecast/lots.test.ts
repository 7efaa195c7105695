import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bay, type Level, plainBay } from '../domain/layout.ts'
import { forecastSites } from './lots.ts'

const bay = (id: string, more: Partial<Bay> = {}): Bay => plainBay(id, { x: 0, y: 0 }, more)
const level = (id: string, bays: readonly Bay[], zones: readonly string[] = []): Level => ({
  ...{ id, name: id.toUpperCase(), x: 0, y: 0, w: 1, h: 1, bays },
  zones: zones.map((zone) => ({ id: zone, name: zone.toUpperCase() })),
})
const site = (id: string, levels: readonly Level[]) => ({ id, name: 'North', zone: 'Europe/Berlin', levels })

test('a site is forecast as a whole, by level and by zone; closed bays do not count', () => {
  const levels = [
    level('l1', [bay('a', { zones: ['ev'] }), bay('b'), bay('c', { closed: true })], ['ev']),
    level('l2', [bay('d')]),
  ]
  const [north] = forecastSites({ sites: [site('n', levels)] })
  assert.deepEqual(
    north?.lots.map(({ id, name, capacity }) => [id, name, capacity]),
    [
      ['n', 'North', 3],
      ['n/l1', 'North · L1', 2],
      ['n/l2', 'North · L2', 1],
      ['n/l1/ev', 'North · L1 · EV', 1],
    ],
  )
})

test('the only level is the site again, what has no bay is not forecast, and what has none open is known to be closed', () => {
  const [north] = forecastSites({ sites: [site('n', [level('l1', [bay('a', { zones: ['ev'] })], ['ev', 'none'])])] })
  assert.deepEqual(
    north?.lots.map(({ id, name }) => [id, name]),
    [
      ['n', 'North'],
      ['n/l1/ev', 'North · EV'],
    ],
  )
  const shut = site('m', [level('l', [bay('a', { closed: true })])])
  const [closed, ...others] = forecastSites({ sites: [site('n', []), shut] })
  assert.deepEqual(others, [])
  assert.deepEqual(
    closed?.lots.map(({ id, capacity, isClosed }) => [id, capacity, isClosed]),
    [['m', 1, true]],
  )
})

test('places of count zones without a bay are forecast with their zone, level and site', () => {
  const [bays, deck] = [level('l1', [bay('a', { zones: ['row'] }), bay('b')], ['row']), level('l2', [], ['deck'])]
  const counted = (of: Level, countCapacity: number): Level => ({
    ...of,
    zones: of.zones.map((zone) => ({ ...zone, countCapacity })),
  })
  const [north] = forecastSites({ sites: [site('n', [counted(bays, 4), counted(deck, 50)])] })
  assert.deepEqual(
    north?.lots.map(({ id, capacity, isClosed = false }) => [id, capacity, isClosed]),
    [
      ['n', 55, false],
      ['n/l1', 5, false],
      ['n/l2', 50, false],
      ['n/l1/row', 4, false],
      ['n/l2/deck', 50, false],
    ],
  )
})

test('ids stay distinct and short for any names in the layout', () => {
  const long = 'x'.repeat(128)
  const levels = [
    level('a/b', [bay('1')], []),
    level('a', [bay('2', { zones: ['b'] })], ['b']),
    level(long, [bay('3', { zones: [long] })], [long]),
  ]
  const ids = forecastSites({ sites: [site('n', levels)] }).flatMap(({ lots }) => lots.map(({ id }) => id))
  assert.equal(new Set(ids).size, ids.length)
  assert.ok(ids.every((id) => id.length <= 128))
})
