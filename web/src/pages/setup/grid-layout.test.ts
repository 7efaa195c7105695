import assert from 'node:assert/strict'
import { test } from 'node:test'
import { layoutSchema } from '@baykeeper/contract/layout.ts'
import { bayIds, gridLayout, idOf } from './grid-layout.ts'

const grid = { city: 'Northhaven', lot: 'Am Markt – Süd', level: 'Ground', zone: 'Europe/Berlin', rows: 4, perRow: 12 }

test('a grid is a layout with every bay within its level and none over another', () => {
  const { sites } = layoutSchema.parse(gridLayout(grid))
  const [level] = sites[0]?.levels ?? []
  assert.equal(level?.bays.length, 48)
  const places = new Set(level?.bays.map(({ x, y }) => `${x} ${y}`))
  assert.equal(places.size, 48)
  for (const { x, y } of level?.bays ?? []) assert.ok(x + 2.5 <= (level?.w ?? 0) && y + 5 <= (level?.h ?? 0))
  const tops = [...new Set(level?.bays.map(({ y }) => y))].toSorted((a, b) => a - b)
  for (const [k, top] of tops.entries()) if (k > 0) assert.ok(top - (tops[k - 1] as number) >= 5)
})

test('rows are letters, and numbers have the digits of the largest', () => {
  assert.deepEqual(bayIds({ rows: 2, perRow: 2 }), [
    ['A-01', 'A-02'],
    ['B-01', 'B-02'],
  ])
  assert.equal(bayIds({ rows: 1, perRow: 100 })[0]?.[0], 'A-001')
})

test('a name in any script is an id', () => {
  assert.deepEqual([idOf('Am Markt – Süd'), idOf('駐車場'), idOf('  P+R  ')], ['am-markt-sud', 'lot', 'p-r'])
})
