import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LayoutDocument, layoutSchema, pathText } from './layout.ts'

type Bay = LayoutDocument['sites'][number]['levels'][number]['bays'][number]
const bay = (id: string, more: Partial<Bay> = {}): Bay => ({ id, x: 0, y: 0, ...more })

/** One level with a zone, and these bays on it. */
const layoutOf = (...bays: readonly Bay[]): LayoutDocument => ({
  ...{ name: 'Harbour', bay_w: 2.5, bay_h: 5 },
  sites: [
    {
      ...{ id: 'north', name: 'North', zone: 'Europe/Berlin' },
      levels: [
        { id: 'p1', name: 'Level 1', x: 0, y: 0, w: 60, h: 30, zones: [{ id: 'ev', name: 'EV' }], bays: [...bays] },
      ],
    },
  ],
})

/** What is wrong with a layout, each with its place. */
const faultsOf = (layout: unknown) =>
  layoutSchema.safeParse(layout).error?.issues.map(({ path, message }) => `${pathText(path)}: ${message}`) ?? []

test('a field is written short or as a list, not both ways', () => {
  const [fault = ''] = faultsOf(layoutOf(bay('A', { type: 'ev', types: ['ev'] })))
  assert.match(fault, /bays\[0\]\.type: bay A has type and types: write one of them/)
})

test('a field that no layout has is refused, so that a slip of the pen is not ignored', () => {
  assert.equal(faultsOf(layoutOf({ ...bay('A'), colour: 'red' } as Bay)).length, 1)
})

test('an id that looks like another one, and a place that is no time zone, are refused', () => {
  assert.equal(faultsOf(layoutOf(bay('A\u200b'))).length, 1)
  assert.equal(faultsOf(layoutOf(bay(' A'))).length, 1)
  const [site] = layoutOf().sites
  assert.match(faultsOf({ ...layoutOf(), sites: [{ ...site, zone: 'Berlin' }] })[0] ?? '', /IANA time zone/)
})

test('what belongs to a count zone is refused without a capacity, and beyond it', () => {
  const faultOf = (more: object) => {
    const layout = layoutOf()
    const [site] = layout.sites
    const [level] = site?.levels ?? []
    const zones = [{ id: 'z', name: 'Z', ...more }]
    return faultsOf({ ...layout, sites: [{ ...site, levels: [{ ...level, zones }] }] }).join('; ') || undefined
  }
  const reset = { at: '04:00', vehicles: 0 }
  assert.equal(faultOf({ count_capacity: 9, count_offset: -9, count_reset: { ...reset, vehicles: 9 } }), undefined)
  assert.match(faultOf({ count_offset: 1 }) ?? '', /zone z has count_offset and no count_capacity: give it/)
  assert.match(faultOf({ count_reset: reset }) ?? '', /zone z has count_reset and no count_capacity/)
  assert.match(faultOf({ count_capacity: 9, count_offset: 10 }) ?? '', /offset beyond its capacity of 9/)
  assert.match(faultOf({ count_capacity: 9, count_reset: { ...reset, vehicles: 10 } }) ?? '', /reset to more .* of 9/)
  for (const at of ['24:00', '4:00', '04:60', 'noon'])
    assert.match(faultOf({ count_capacity: 9, count_reset: { at, vehicles: 0 } }) ?? '', /local time as 04:00/, at)
})
