import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Layout, plainBay } from '../../domain/layout.ts'
import type { DeviceId } from '../../domain/reading.ts'
import { createFloor } from './floor.ts'

const layout: Layout = {
  name: 'City',
  bayW: 2.5,
  bayH: 5,
  sites: [
    {
      id: 's',
      name: 'South',
      zone: 'Europe/Berlin',
      levels: [
        {
          id: 'l0',
          name: 'Ground',
          x: 0,
          y: 0,
          w: 20,
          h: 10,
          zones: [],
          bays: [plainBay('A', { x: 1, y: 1 }), plainBay('B', { x: 4, y: 1 }, { types: ['ev'], devices: ['dev-b'] })],
        },
        {
          id: 'l1',
          name: 'First',
          x: 0,
          y: 20,
          w: 20,
          h: 10,
          zones: [],
          bays: [plainBay('C', { x: 1, y: 21 }, { types: ['disabled'] })],
        },
      ],
    },
  ],
}

test('plan indexes run through sites and levels, and plates are ranges of them', () => {
  const { plan } = createFloor(layout, 3)
  assert.deepEqual(plan.ids, ['A', 'B', 'C'])
  assert.deepEqual(
    plan.plates.map(({ level, from, to }) => [level, from, to]),
    [
      ['l0', 0, 2],
      ['l1', 2, 3],
    ],
  )
  assert.deepEqual(plan.types, ['standard', 'ev', 'disabled'])
})

test('the version follows the content, not only its number', () => {
  const { version } = createFloor(layout, 3).plan
  assert.equal(createFloor(structuredClone(layout), 3).plan.version, version)
  assert.notEqual(createFloor({ ...layout, name: 'Town' }, 3).plan.version, version)
  assert.notEqual(createFloor(layout, 4).plan.version, version)
  assert.notEqual(createFloor(layout, 3, true).plan.version, version)
})

test('a device watches the bay that the layout assigns, else the bay it claims, else the bay of its name', () => {
  const { bayOf } = createFloor(layout, 1)
  const device = (external: string, claimedBay: string | null = null) => ({
    external: external as DeviceId,
    claimedBay,
  })
  assert.equal(bayOf(device('dev-b', 'A')), 1)
  assert.equal(bayOf(device('x', 'C')), 2)
  assert.equal(bayOf(device('A', 'nowhere')), 0)
  assert.equal(bayOf(device('x')), undefined)
})
