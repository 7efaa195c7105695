import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Bay, Layout } from './layout.ts'
import { layoutFaults } from './layout-faults.ts'

const layoutOf = (...bays: Partial<Bay>[]): Layout => ({
  ...{ name: '', bayW: 2.5, bayH: 5 },
  sites: [
    {
      ...{ id: 'S', name: 'S', zone: 'UTC' },
      levels: [
        {
          ...{ id: 'L', name: 'L', x: 10, y: 0, w: 20, h: 20, zones: [] },
          bays: bays.map((bay, i) => ({ id: `B-${i}`, type: 'standard', x: 12, y: 2, ...bay })),
        },
      ],
    },
  ],
})

test('a bay outside its level is named, with where it lies and where it could', () => {
  const [fault, ...more] = layoutFaults(layoutOf({}, { x: 900 }))
  assert.deepEqual([fault?.path, more], [['sites', 0, 'levels', 0, 'bays', 1], []])
  assert.match(fault?.message ?? '', /^bay B-1 of level L \(site S\) .* x 901.25, y 4.5, .*x 10 to 30, y 0 to 20/)
  for (const at of [{ x: 8 }, { y: -3 }, { y: 18 }]) assert.equal(layoutFaults(layoutOf(at)).length, 1)
})

test('a bay that stands over the edge of its level with less than half of it is within', () => {
  assert.deepEqual(layoutFaults(layoutOf({ x: 9 }, { x: 28 }, { y: -2.5 }, { y: 17.5 })), [])
})

test('two bays whose ids look the same are a fault, however they are written', () => {
  const [fault, ...more] = layoutFaults(layoutOf({ id: 'caf\u00e9' }, { id: 'cafe\u0301' }))
  assert.deepEqual([fault?.path, more], [['sites', 0, 'levels', 0, 'bays', 1, 'id'], []])
  assert.match(fault?.message ?? '', /looks like bay caf/)
  assert.deepEqual(layoutFaults(layoutOf({ id: 'cafe' }, { id: 'caf\u00e9' })), [])
})

test('one device on two bays is a fault in any spelling', () => {
  const [fault] = layoutFaults(layoutOf({ device: '70B3D57ED0001A2B' }, { device: '70:b3:d5:7e:d0:00:1a:2b' }))
  assert.deepEqual(fault?.path, ['sites', 0, 'levels', 0, 'bays', 1, 'device'])
  assert.match(fault?.message ?? '', /70:b3.* of bay B-1 is 70B3.* of bay B-0/)
  assert.deepEqual(layoutFaults(layoutOf({ device: 'a' }, { device: 'A' })), [])
})
