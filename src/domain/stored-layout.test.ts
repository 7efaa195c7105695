import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyLayout, plainBay } from './layout.ts'
import { layoutFromStored } from './stored-layout.ts'

const around = (bays: unknown[]) => ({
  ...emptyLayout,
  sites: [
    { id: 'S', name: 'S', zone: 'UTC', levels: [{ id: 'L', name: 'L', x: 0, y: 0, w: 9, h: 9, zones: [], bays }] },
  ],
})

test('a layout of an earlier release is read: a bay had one type, at most one zone and one device', () => {
  const earlier = [
    { id: 'A', type: 'ev', zone: 'z', device: 'd', x: 1, y: 2, closed: true },
    { id: 'B', type: 'standard', x: 3, y: 4 },
  ]
  const bays = [
    plainBay('A', { x: 1, y: 2 }, { types: ['ev'], zones: ['z'], devices: ['d'], closed: true }),
    plainBay('B', { x: 3, y: 4 }),
  ]
  assert.deepEqual(layoutFromStored(around(earlier)), around(bays))
  assert.deepEqual(layoutFromStored(around(bays)), around(bays))
})
