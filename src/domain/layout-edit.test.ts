import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bay, type Layout, plainBay } from './layout.ts'
import { editedLayout, type LayoutEdit } from './layout-edit.ts'

const bays: readonly Bay[] = [
  plainBay('A', { x: 0, y: 0 }, { devices: ['d1'], angle: 30, label: '1' }),
  plainBay('B', { x: 3, y: 0 }, { devices: ['d2', 'd3'] }),
  plainBay('C', { x: 6, y: 0 }),
]
const layout: Layout = {
  ...{ name: '', bayW: 2.5, bayH: 5 },
  sites: [
    {
      ...{ id: 's', name: 's', zone: 'UTC', gates: [{ id: 'g', name: 'g', devices: ['70B3D57ED0001A2B'] }] },
      levels: [{ id: 'l', name: 'l', x: 0, y: 0, w: 50, h: 50, zones: [], bays }],
    },
  ],
}

const after = (...edits: LayoutEdit[]): Layout => {
  const edited = editedLayout(layout, edits)
  assert.ok(edited.ok, JSON.stringify(edited))
  return edited.value
}
const bay = (of: Layout, id: string) => of.sites[0]?.levels[0]?.bays.find((each) => each.id === id)
const devices = (of: Layout) => [
  ...(of.sites[0]?.levels[0]?.bays ?? []).map((each) => each.devices),
  ...(of.sites[0]?.gates ?? []).map((gate) => gate.devices),
]
const refusal = (...edits: LayoutEdit[]) => {
  const edited = editedLayout(layout, edits)
  assert.ok(!edited.ok)
  return edited.error
}

test('a change of a bay touches its named fields alone, and null takes one away', () => {
  const changed = after({ is: 'bay', id: 'A', set: { types: ['ev'], label: null, closed: true } })
  const { label: _, ...rest } = bays[0] as Bay
  assert.deepEqual(bay(changed, 'A'), { ...rest, types: ['ev'], closed: true })
  assert.equal(bay(changed, 'B'), bays[1])
})

test('what changes nothing gives the same layout', () => {
  assert.equal(after({ is: 'bay', id: 'A', set: { label: '1' } }), layout)
  assert.equal(after({ is: 'assign', device: 'd1', to: { bay: 'A' } }), layout)
})

test('an outline moves with its bay, and a new outline gives the bay its place', () => {
  const polygon = [
    { x: 10, y: 10 },
    { x: 13, y: 10 },
    { x: 13, y: 15 },
  ]
  const shaped = after({ is: 'bay', id: 'A', set: { polygon, angle: null } })
  assert.deepEqual([bay(shaped, 'A')?.x, bay(shaped, 'A')?.y], [10, 10])
  const moved = editedLayout(shaped, [{ is: 'bay', id: 'A', set: { x: 12 } }])
  assert.ok(moved.ok)
  assert.deepEqual(bay(moved.value, 'A')?.polygon?.[0], { x: 12, y: 10 })
})

test('a device that is assigned leaves where it was, in any spelling of its id', () => {
  assert.deepEqual(devices(after({ is: 'assign', device: 'd1', to: { bay: 'C' } })), [
    [],
    ['d2', 'd3'],
    ['d1'],
    ['70B3D57ED0001A2B'],
  ])
  assert.deepEqual(devices(after({ is: 'assign', device: '70:b3:d5:7e:d0:00:1a:2b', to: { bay: 'C' } })).slice(2), [
    ['70:b3:d5:7e:d0:00:1a:2b'],
    [],
  ])
  assert.deepEqual(devices(after({ is: 'assign', device: 'd1', to: { site: 's', gate: 'g' } }))[3], [
    '70B3D57ED0001A2B',
    'd1',
  ])
})

test('a device takes the place of another, and only of one that is there', () => {
  const changed = after({ is: 'assign', device: 'new', to: { bay: 'B' }, replaces: 'd2' })
  assert.deepEqual(devices(changed)[1], ['d3', 'new'])
  assert.deepEqual(refusal({ is: 'assign', device: 'new', to: { bay: 'B' }, replaces: 'd1' }), {
    ...{ edit: 0, is: 'conflict', message: 'device d1 is not assigned to bay B, but to bay A' },
  })
})

test('two devices are exchanged, also between a bay and a gate', () => {
  assert.deepEqual(devices(after({ is: 'swap', devices: ['d1', '70B3D57ED0001A2B'] })), [
    ...[['70B3D57ED0001A2B'], ['d2', 'd3'], [], ['d1']],
  ])
})

test('edits follow each other, and one that cannot be made refuses all with its place', () => {
  const moved: LayoutEdit = { is: 'assign', device: 'd1', to: { bay: 'C' } }
  assert.deepEqual(devices(after(moved, { is: 'assign', device: 'd9', to: { bay: 'C' }, replaces: 'd1' }))[2], ['d9'])
  assert.deepEqual(refusal(moved, { is: 'unassign', device: 'd9' }), {
    ...{ edit: 1, is: 'missing', message: 'device d9 is assigned to nothing' },
  })
  assert.equal(refusal({ is: 'bay', id: 'Z', set: {} }).is, 'missing')
})
