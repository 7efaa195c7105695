import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LayoutFindingCode } from '@baykeeper/contract/vocabulary.ts'
import { deviceModels } from './device-models.ts'
import { type Bay, type Layout, plainBay, type Site, type Zone } from './layout.ts'
import { findingsPerCodeMax } from './layout-checks/finding.ts'
import { findOverlaps } from './layout-checks/overlaps.ts'
import { checkLayout, layoutFaults } from './layout-faults.ts'

/** Bays side by side, 2.5 m wide. */
const layoutOf = (...bays: Partial<Bay>[]): Layout => ({
  ...{ name: '', bayW: 2.5, bayH: 5 },
  sites: [
    {
      ...{ id: 'S', name: 'S', zone: 'UTC' },
      levels: [
        {
          ...{ id: 'L', name: 'L', x: 10, y: 0, w: 20, h: 20, zones: [] },
          bays: bays.map((bay, i) => plainBay(`B-${i}`, { x: 12 + i * 2.5, y: 2 }, bay)),
        },
      ],
    },
  ],
})

const withSite = (layout: Layout, site: Partial<Site>): Layout => ({
  ...layout,
  sites: layout.sites.map((each) => ({ ...each, ...site })),
})
const withZones = (layout: Layout, zones: readonly Zone[]): Layout =>
  withSite(layout, { levels: layout.sites.flatMap(({ levels }) => levels.map((level) => ({ ...level, zones }))) })

/** Codes of everything that is found. */
const codesOf = (layout: Layout): LayoutFindingCode[] => {
  const { faults, warnings } = checkLayout(layout)
  return [...faults, ...warnings].map(({ code }) => code)
}

test('a bay outside its level is named, with where it lies and where it could', () => {
  const [fault, ...more] = layoutFaults(layoutOf({}, { x: 900 }))
  assert.deepEqual([fault?.path, fault?.ids, more], [['sites', 0, 'levels', 0, 'bays', 1], ['B-1'], []])
  assert.match(fault?.message ?? '', /^bay B-1 of level L \(site S\) .* x 901.3, y 4.5, .*x 10 to 30, y 0 to 20/)
  for (const at of [{ x: 8 }, { y: -3 }, { y: 18 }]) assert.deepEqual(codesOf(layoutOf(at)), ['outside-level'])
})

test('a bay that stands over the edge of its level with less than half of it is within, with a warning from 1 m on', () => {
  assert.deepEqual(layoutFaults(layoutOf({ x: 9 }, { x: 28.2 }, { y: -2.5 }, { y: 17.5 })), [])
  assert.deepEqual(codesOf(layoutOf({ y: 15.9 })), [])
  assert.deepEqual(codesOf(layoutOf({ y: 16.1 })), ['over-the-edge'])
})

test('two bays whose ids look the same are a fault, however they are written, and a warning in another case', () => {
  const [fault, ...more] = layoutFaults(layoutOf({ id: 'caf\u00e9' }, { id: 'cafe\u0301' }))
  assert.deepEqual([fault?.path, more], [['sites', 0, 'levels', 0, 'bays', 1, 'id'], []])
  assert.match(fault?.message ?? '', /looks the same .*caf/)
  assert.deepEqual(codesOf(layoutOf({ id: 'cafe' }, { id: 'caf\u00e9' })), [])
  assert.deepEqual(codesOf(layoutOf({ id: 'A' }, { id: 'A' })), ['duplicate-id'])
  assert.deepEqual(codesOf(layoutOf({ id: 'A' }, { id: 'a' })), ['alike-id'])
})

test('every id is unique in its place: sites, levels, zones, gates, devices', () => {
  const one = layoutOf({})
  const [site] = one.sites as [Site]
  const [level] = site.levels
  const far = { ...level, x: 100, bays: [] } as Site['levels'][number]
  const gate = { id: 'g', name: 'g', devices: ['d'], into: { level: 'L', zone: 'z' } }
  const zone = { id: 'z', name: 'z', countCapacity: 5 }
  assert.deepEqual(codesOf({ ...one, sites: [site, { ...site, levels: [] }] }), ['duplicate-id'])
  assert.deepEqual(codesOf(withSite(one, { levels: [level as typeof far, far] })), ['duplicate-id'])
  assert.deepEqual(codesOf(withZones(one, [zone, zone])), ['duplicate-id', 'no-gate', 'no-gate'])
  const gates = [gate, { ...gate, devices: ['e'] }]
  assert.deepEqual(codesOf(withSite(withZones(one, [zone]), { gates })), ['duplicate-id'])
  assert.deepEqual(codesOf({ ...one, devices: [{ device: 'd' }, { device: 'd' }] }), ['duplicate-id'])
})

test('one device on two bays is a fault in any spelling, and on a bay and a gate', () => {
  const [fault] = layoutFaults(
    layoutOf({ devices: ['70B3D57ED0001A2B'] }, { devices: ['x', '70:b3:d5:7e:d0:00:1a:2b'] }),
  )
  assert.deepEqual(fault?.path, ['sites', 0, 'levels', 0, 'bays', 1, 'devices', 1])
  assert.match(fault?.message ?? '', /70:b3.* of bay B-1 is 70B3.* of bay B-0/)
  assert.deepEqual(layoutFaults(layoutOf({ devices: ['a'] }, { devices: ['A'] })), [])
  const counted = withZones(layoutOf({ devices: ['a'] }), [{ id: 'z', name: 'z', countCapacity: 9 }])
  const gates = [{ id: 'g', name: 'g', devices: ['a'], into: { level: 'L', zone: 'z' } }]
  assert.deepEqual(codesOf(withSite(counted, { gates })), ['device-twice'])
})

test('bays may touch and share up to a tenth of the smaller one', () => {
  assert.deepEqual(codesOf(layoutOf({}, {})), [])
  assert.deepEqual(codesOf(layoutOf({}, { x: 14.26 })), [])
  const [fault] = layoutFaults(layoutOf({}, { x: 14.2 }))
  assert.deepEqual([fault?.code, fault?.ids], ['bays-overlap', ['B-1', 'B-0']])
  assert.match(fault?.message ?? '', /bay B-1 .*lies on bay B-0: 12 % /)
  // A motorcycle bay on a large one: of the smaller.
  assert.deepEqual(codesOf(layoutOf({}, { x: 13, y: 3, w: 1, h: 2 })), ['bays-overlap'])
})

test('turned bays are compared as they lie, not as the boxes around them', () => {
  const row = (angle: number, step: number) => layoutOf(...[0, 1, 2].map((i) => ({ angle, x: 14 + i * step, y: 5 })))
  // Perpendicular width 2.5 at 30 degrees from the row.
  assert.deepEqual(codesOf(row(30, 2.5 / Math.cos(Math.PI / 6))), [])
  assert.deepEqual(codesOf(row(30, 2)), ['bays-overlap', 'bays-overlap'])
  const ell = [
    { x: 12, y: 2 },
    { x: 18, y: 2 },
    { x: 18, y: 4 },
    { x: 14, y: 4 },
    { x: 14, y: 8 },
    { x: 12, y: 8 },
  ]
  const hook = ell.map(({ x, y }) => ({ x: 32 - x, y: 12 - y }))
  // Each lies in the notch of the other.
  assert.deepEqual(codesOf(layoutOf({ polygon: ell }, { polygon: hook })), [])
  const into = hook.map(({ x, y }) => ({ x: x - 2, y: y - 3 }))
  assert.deepEqual(codesOf(layoutOf({ polygon: ell }, { polygon: into })), ['bays-overlap'])
  assert.deepEqual(codesOf(layoutOf({ polygon: ell }, { x: 15, y: 4, w: 2, h: 3 })), [])
})

test('a shape that nothing can have is a fault', () => {
  const bow = [
    { x: 12, y: 2 },
    { x: 15, y: 7 },
    { x: 15, y: 2 },
    { x: 12, y: 7 },
  ]
  const line = [
    { x: 12, y: 2 },
    { x: 13, y: 2 },
    { x: 15, y: 2 },
  ]
  const closed = [
    { x: 12, y: 2 },
    { x: 15, y: 2 },
    { x: 15, y: 7 },
    { x: 12, y: 2 },
  ]
  const wrong: Partial<Bay>[] = [
    { polygon: bow },
    { polygon: line },
    { polygon: closed },
    { angle: 400 },
    { angle: Number.NaN },
    { w: 0 },
  ]
  for (const shape of wrong) assert.deepEqual(codesOf(layoutOf(shape)), ['bad-shape'], JSON.stringify(shape))
  assert.deepEqual(codesOf(layoutOf({ w: 0.5, h: 0.5 })), ['unusual-size'])
})

test('gates and zones that do not fit each other are found', () => {
  const counted = withZones(layoutOf({}), [
    { id: 'z', name: 'z', countCapacity: 9 },
    { id: 'p', name: 'p' },
  ])
  const gate = { id: 'g', name: 'g', devices: ['a'], into: { level: 'L', zone: 'z' } }
  const found = (...gates: Site['gates'] & object) => codesOf(withSite(counted, { gates }))
  assert.deepEqual(found(gate), [])
  assert.deepEqual(found(), ['no-gate'])
  assert.deepEqual(found(gate, { ...gate, id: 'h', devices: [] }), ['not-counted'])
  const full = (places: number) =>
    withSite(withZones(layoutOf({ zones: ['z'] }, { zones: ['z'] }), [{ id: 'z', name: 'z', countCapacity: places }]), {
      gates: [gate],
    })
  assert.deepEqual([codesOf(full(2)), codesOf(full(1))], [[], ['few-places']])
  assert.deepEqual(found(gate, { ...gate, id: 'h', devices: ['b'], into: { level: 'L', zone: 'x' } }), ['unknown-zone'])
  assert.deepEqual(found(gate, { ...gate, id: 'h', devices: ['b'], into: { level: 'L', zone: 'p' } }), ['not-counted'])
  assert.deepEqual(found(gate, { id: 'h', name: 'h', devices: ['b'] }), ['bad-gate'])
  assert.deepEqual(found({ ...gate, outOf: gate.into }), ['bad-gate'])
  assert.deepEqual(codesOf(layoutOf({ zones: ['nowhere'] })), ['unknown-zone'])
})

test('hours that are no time, and rules that no bay can have, are found', () => {
  const rule = { maxStayMin: 60 }
  const during = (from: string, to: string, days = ['mon'] as const) =>
    codesOf(layoutOf({ rule: { ...rule, hours: [{ days, from, to }] } }))
  assert.deepEqual(during('22:00', '06:00'), [])
  assert.deepEqual(during('00:00', '24:00'), [])
  assert.deepEqual(during('08:00', '08:00'), ['bad-hours'])
  assert.deepEqual(during('24:00', '06:00'), ['bad-hours'])
  const open = [{ days: ['mon', 'mon'] as const, from: '08:00', to: '09:00' }]
  assert.deepEqual(codesOf(withSite(layoutOf({}), { open })), ['bad-hours'])
  const rules = (...stayRules: Site['stayRules'] & object) => codesOf(withSite(layoutOf({}), { stayRules }))
  assert.deepEqual(rules(rule), [])
  assert.deepEqual(rules({ ...rule, types: ['ev'] }), ['unused-rule'])
  assert.deepEqual(rules(rule, { ...rule, types: ['standard'] }), ['unused-rule'])
})

test('levels that are drawn over each other are a warning', () => {
  const [site] = layoutOf({}).sites as [Site]
  const [level] = site.levels as [Site['levels'][number]]
  const at = (x: number) => codesOf(withSite(layoutOf({}), { levels: [level, { ...level, id: 'M', x, bays: [] }] }))
  assert.deepEqual(at(30), [])
  assert.deepEqual(at(12), ['levels-overlap'])
})

test('of many findings of one kind a bounded list is given, and their number', () => {
  const many = layoutOf(...Array.from({ length: 120 }, () => ({ zones: ['none'], x: 12, y: 2, w: 1, h: 1 })))
  const { faults, faultCount } = checkLayout(many)
  assert.equal(faults.filter(({ code }) => code === 'unknown-zone').length, findingsPerCodeMax)
  assert.equal(faultCount, 120 + (120 * 119) / 2)
})

test('a zone or type that a bay names twice is a warning with its place', () => {
  const zones = [{ id: 'x', name: 'x' }]
  const { faults, warnings } = checkLayout(
    withZones(layoutOf({ zones: ['x', 'x'] }, { types: ['ev', 'disabled', 'ev'] }), zones),
  )
  assert.deepEqual(faults, [])
  assert.deepEqual(
    warnings.map(({ code, path, ids }) => [code, path.slice(-3), ids]),
    [
      ['named-twice', [0, 'zones', 1], ['B-0', 'x']],
      ['named-twice', [1, 'types', 2], ['B-1', 'ev']],
    ],
  )
})

test('a model that is not known is named with those that are', () => {
  const devices = [
    { device: 'd-1', model: 'acme/foo' },
    { device: 'd-2', model: 'bosch-tps110' },
    { device: 'd-3', heartbeatS: 60 },
  ]
  const { faults, warnings } = checkLayout({ ...layoutOf({}), devices })
  assert.deepEqual(
    [faults, warnings.map(({ code, path, ids }) => [code, path, ids])],
    [[], [['unknown-model', ['devices', 0, 'model'], ['d-1', 'acme/foo']]]],
  )
  for (const model of deviceModels.keys()) assert.ok(warnings[0]?.message.includes(model), model)
})

/** Bays side by side in rows of a hundred. */
const manyBays = (count: number): Bay[] =>
  Array.from({ length: count }, (_, i) => plainBay(`b-${i}`, { x: 2.5 * (i % 100), y: 5 * Math.floor(i / 100) }))
const pairsIn = (bays: readonly Bay[]) => {
  const { pairs, isComplete } = findOverlaps(bays, { bayW: 2.5, bayH: 5 }, ({ share }) => assert.fail(`${share}`))
  assert.ok(isComplete)
  return pairs / bays.length
}

test('bays are compared with those beside them, however many they are, how far apart or how different', () => {
  const perBay = (count: number) => {
    const bays = manyBays(count)
    const far = plainBay('far', { x: 900_000, y: 900_000 })
    const long = Array.from({ length: count / 10 }, (_, i) =>
      plainBay(`l-${i}`, { x: -200, y: 6 * i }, { w: 90, h: 3 }),
    )
    return [bays, [...bays, far], [...bays, ...long]].map(pairsIn)
  }
  const [few, many] = [perBay(5_000), perBay(50_000)]
  for (const [i, pairs] of many.entries()) {
    assert.ok(pairs < 12, `${pairs} pairs a bay`)
    assert.ok(pairs < 1.1 * (few[i] as number), `${pairs} pairs a bay of 50,000, ${few[i]} of 5,000`)
  }
})

test('what lies on each other is found in any order and size, also far away from all others', () => {
  const [small, large] = [
    { w: 1, h: 2 },
    { w: 60, h: 30 },
  ]
  const far = plainBay('far', { x: 900_000, y: 900_000 })
  const on = plainBay('on', { x: 900_001, y: 900_001 })
  const big = plainBay('big', { x: 10, y: 10 }, large)
  const within = plainBay('within', { x: 40, y: 25 }, small)
  for (const bays of [
    [far, on, big, within],
    [within, big, on, far],
  ]) {
    const found: string[] = []
    findOverlaps(bays, { bayW: 2.5, bayH: 5 }, ({ first, second }) => {
      found.push([bays[first]?.id, bays[second]?.id].toSorted().join(' '))
    })
    assert.deepEqual(found.toSorted(), ['big within', 'far on'])
  }
})

test('of many levels too those are found that are drawn over each other', () => {
  const [level] = (layoutOf({}).sites[0] as Site).levels
  const levels = Array.from({ length: 2_500 }, (_, i) => ({
    ...(level as Site['levels'][number]),
    id: `L${i}`,
    x: 30 * i,
    bays: [],
  }))
  const found = (shift: number) =>
    codesOf(
      withSite(layoutOf({}), {
        levels: levels.map((each, i) => (i === 2_400 ? { ...each, x: each.x - shift } : each)),
      }),
    )
  assert.deepEqual([found(0), found(20)], [[], ['levels-overlap']])
})
