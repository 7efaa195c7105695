import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LayoutDocument } from '@baykeeper/contract/layout.ts'
import { changesOf, rebased } from './compare.ts'
import {
  addBays,
  addLevel,
  allBays,
  deleteBays,
  emptyDraft,
  freeIds,
  giveDevice,
  inHandOrder,
  levelIn,
  moveBays,
  numberBays,
  turnBays,
} from './draft.ts'
import { type Bay, centreOf, outlineOf, rowBetween } from './geometry.ts'

const bay = (id: string, x: number, y = 0, more: Partial<Bay> = {}): Bay => ({
  ...{ id, x, y, types: ['standard'], zones: [], devices: [] },
  ...more,
})
const at = { site: 'north', level: 'ground' }
const layoutOf = (...bays: Bay[]): LayoutDocument =>
  addBays(addLevel(emptyDraft, { siteName: 'North', levelName: 'Ground', zone: 'UTC' }).layout, at, bays)
const ids = (...names: string[]) => new Set(names)
const idsIn = (layout: LayoutDocument) => allBays(layout).map(({ id }) => id)

test('numbers go in reading order, leave out those of other bays, and never change the id of a published bay', () => {
  const layout = layoutOf(bay('B', 2.5, 12), bay('A', 0, 12), bay('C', 0), bay('N-2', 40))
  const wish = { pattern: 'N-{n}', start: 1, backwards: false, published: ids('A') }
  const { layout: next, ids: chosen } = numberBays(layout, at, ids('A', 'B', 'C'), wish)
  assert.deepEqual(idsIn(next), ['N-4', 'A', 'N-1', 'N-2'])
  assert.equal(allBays(next).find(({ id }) => id === 'A')?.label, 'N-3')
  assert.deepEqual([...chosen].sort(), ['A', 'N-1', 'N-4'])
})

test('bays turn about the middle of what is chosen, and back again they are where they were', () => {
  const layout = layoutOf(bay('A', 0), bay('B', 2.5))
  const turned = turnBays(layout, at, ids('A', 'B'), 90)
  const [a, b] = allBays(turned) as [Bay, Bay]
  assert.deepEqual(centreOf(a, turned), { x: 2.5, y: 1.25 })
  assert.deepEqual([a.angle, b.angle, centreOf(b, turned)], [90, 90, { x: 2.5, y: 3.75 }])
  assert.deepEqual(allBays(turnBays(turned, at, ids('A', 'B'), -90)), allBays(layout))
})

test('a level grows with bays that are moved out of it, and an outline moves with its bay', () => {
  const polygon = [
    { x: 0, y: 0 },
    { x: 3, y: 0 },
    { x: 0, y: 4 },
  ]
  const layout = moveBays(layoutOf(bay('P', 0, 0, { polygon })), at, ids('P'), 100, 50)
  const level = levelIn(layout, at)
  assert.ok(level && level.x + level.w >= 103 && level.y + level.h >= 54)
  assert.deepEqual(outlineOf(level.bays[0] as Bay, layout)[2], { x: 100, y: 54 })
})

test('a device is given to one bay, and ids that are taken are not given again', () => {
  const layout = layoutOf(bay('A-01', 0, 0, { devices: ['s'] }), bay('A-02', 3))
  const next = giveDevice(layout, 'A-02', 's')
  assert.deepEqual(
    allBays(next).map(({ devices }) => devices),
    [[], ['s']],
  )
  assert.deepEqual(freeIds(next, 'A-{nn}', 1, 2), ['A-03', 'A-04'])
  assert.deepEqual(inHandOrder(['s-10', 's-2', 's-1']), ['s-1', 's-2', 's-10'])
})

test('a row has as many bays as fit between its ends, along its line', () => {
  assert.equal(rowBetween({ x: 0, y: 0 }, { x: 7.6, y: 0 }, emptyDraft).length, 3)
  const slanted = rowBetween({ x: 0, y: 0 }, { x: 0, y: 5 }, emptyDraft)
  assert.deepEqual([slanted.length, slanted[0]?.angle], [2, 90])
})

test('what a draft changes is named by kind', () => {
  const before = layoutOf(bay('A', 0), bay('B', 3), bay('C', 6))
  let after = moveBays(before, at, ids('A'), 0, 20)
  after = giveDevice(deleteBays(after, at, ids('B')), 'C', 's-9')
  after = addBays(after, at, [bay('D', 9)])
  assert.deepEqual(
    changesOf(before, after).map(({ is, bay: id }) => `${is} ${id}`),
    ['added D', 'removed B', 'moved A', 'sensors C'],
  )
})

test('changes of a draft are made again on a newer version, and what others changed there stays', () => {
  const base = layoutOf(bay('A', 0), bay('B', 3), bay('C', 6))
  const draft = addBays(deleteBays(moveBays(base, at, ids('A'), 0, 20), at, ids('C')), at, [bay('D', 9)])
  const newer = giveDevice(addBays(base, at, [bay('E', 12)]), 'B', 's-7')
  const again = rebased(base, draft, newer)
  assert.deepEqual(idsIn(again).sort(), ['A', 'B', 'D', 'E'])
  assert.deepEqual(allBays(again).find(({ id }) => id === 'B')?.devices, ['s-7'])
  assert.equal(allBays(again).find(({ id }) => id === 'A')?.y, 20)
  const other = addLevel(draft, { siteName: 'South', levelName: 'Roof', zone: 'UTC' })
  const withLevel = rebased(base, addBays(other.layout, other.at, [bay('R', 80)]), newer)
  assert.deepEqual(
    levelIn(withLevel, other.at)?.bays.map(({ id }) => id),
    ['R'],
  )
})
