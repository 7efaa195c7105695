/** What is exported can be brought in again, and advice that is followed removes its finding: over random layouts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bayTypes } from '@baykeeper/contract/vocabulary.ts'
import fc from 'fast-check'
import { cornerOf } from '../domain/bay-shape.ts'
import { type Bay, emptyLayout, type Layout, plainBay, type Site } from '../domain/layout.ts'
import { checkLayout, type LayoutFinding } from '../domain/layout-faults.ts'
import { csvOf } from './export/csv.ts'
import { geoJsonOf } from './export/geojson.ts'
import { assembledLayout } from './import/assemble.ts'
import { importCsv } from './import/csv.ts'
import { frameOf } from './import/formats.ts'
import { importGeoJson } from './import/geojson.ts'
import { layoutDiff } from './layout-diff.ts'
import { layoutOnWire } from './layout-wire.ts'
import { readLayout } from './layout-work.ts'

/** Whole centimetres, as drawings have them. */
const length = (min: number, max: number) => fc.integer({ min: min * 100, max: max * 100 }).map((cm) => cm / 100)
const word = fc.stringMatching(/^[A-Za-zÄö0-9][A-Za-zÄö0-9 _.-]{0,6}[A-Za-z0-9]$/)

const shape = fc.oneof(
  fc.constant({}),
  fc.record({ angle: fc.integer({ min: -90, max: 89 }).filter((angle) => angle !== 0) }),
  fc.record({ w: length(1, 4), h: length(4.5, 7), angle: fc.integer({ min: 1, max: 89 }) }),
  fc.record({ out: length(1, 3) }),
)

const fields = fc.record(
  {
    types: fc.uniqueArray(fc.constantFrom(...bayTypes), { minLength: 1, maxLength: 3 }),
    label: word,
    zones: fc.constantFrom([], ['z1'], ['z1', 'z2']),
    closed: fc.constant(true),
    unmarked: fc.constant(true),
  },
  { requiredKeys: ['types', 'zones'] },
)

/** Bays on a grid of 12 m, so that none of any shape lies on another. */
const layouts = fc
  .record({
    bays: fc.uniqueArray(fc.tuple(word, shape, fields, fc.boolean()), {
      minLength: 1,
      maxLength: 12,
      selector: ([id]) => id.normalize('NFC').toLowerCase(),
    }),
    bearing: fc.integer({ min: 0, max: 359 }),
    lat: fc.double({ min: -60, max: 60, noNaN: true }),
  })
  .map(({ bays, bearing, lat }): Layout => {
    const site: Site = {
      ...{ id: 's', name: 'Site', zone: 'Europe/Berlin', anchor: { x: 3, y: 4, lat, lon: 7.5, bearing } },
      levels: [
        {
          ...{ id: 'l', name: 'L', x: -10, y: -10, w: 80, h: 200 },
          zones: [
            { id: 'z1', name: 'One' },
            { id: 'z2', name: 'Two' },
          ],
          bays: bays.map(([id, form, more, hasDevice], i) => bayAt(id, form, more, hasDevice, i)),
        },
      ],
    }
    return { name: 'City', bayW: 2.5, bayH: 5, sites: [site] }
  })

function bayAt(id: string, form: object, more: Partial<Bay>, hasDevice: boolean, i: number): Bay {
  const [x, y] = [(i % 4) * 12, Math.floor(i / 4) * 12]
  const devices = hasDevice ? [`sensor ${i}`] : []
  if (!('out' in form)) return plainBay(id, { x, y }, { ...form, ...more, devices })
  const out = form.out as number
  const polygon = [
    { x, y },
    { x: x + 3, y: y + 0.5 },
    { x: Math.round((x + 3 + out) * 100) / 100, y: y + 5 },
    { x: x + 1, y: y + 6 },
    { x, y: y + 4 },
  ]
  return plainBay(id, cornerOf(polygon), { polygon, ...more, devices })
}

const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown
/** Fields in any order. */
const sorted = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(sorted)
    : value !== null && typeof value === 'object'
      ? Object.fromEntries(
          Object.entries(value)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, inner]) => [key, sorted(inner)]),
        )
      : value

test('a layout that is exported as JSON or CSV is the same when it is brought in again', () => {
  fc.assert(
    fc.property(layouts, (layout) => {
      assert.deepEqual(checkLayout(layout).faults, [])
      const read = readLayout(Buffer.from(JSON.stringify(layoutOnWire(layout))))
      assert.ok(read.ok)
      assert.deepEqual(sorted(plain(read.value)), sorted(plain(layout)))
      const again = assembledLayout(layout, importCsv(Buffer.from(csvOf(layout))))
      assert.deepEqual(again.findings, [])
      assert.deepEqual(sorted(plain(again.layout)), sorted(plain(layout)))
      const fresh = assembledLayout(emptyLayout, importCsv(Buffer.from(csvOf(layout))), { timeZone: 'UTC' }).layout
      assert.deepEqual(sorted(plain(fresh.sites[0]?.levels[0]?.bays)), sorted(plain(layout.sites[0]?.levels[0]?.bays)))
    }),
    { numRuns: 150 },
  )
})

test('a layout that is exported as GeoJSON is the same to a centimetre when it is brought in again, anywhere on the earth', () => {
  fc.assert(
    fc.property(layouts, (layout) => {
      const bytes = Buffer.from(geoJsonOf(layout))
      const frame = frameOf(bytes)
      assert.ok(frame)
      const { layout: again, findings } = assembledLayout(frame, importGeoJson(bytes))
      assert.deepEqual(findings, [])
      assert.deepEqual(layoutDiff(layout, again), { bays: [], others: [] })
      const of = (each: Layout) => each.sites[0]?.levels[0]?.bays.map(({ id, polygon }) => [id, polygon?.length])
      assert.deepEqual(of(again), of(layout))
    }),
    { numRuns: 150 },
  )
})

/** A layout with one of each fault, put into a sound one at random. */
type Break = (bays: Bay[], at: number) => unknown
const change = (bays: Bay[], at: number, fields: Partial<Bay>) =>
  bays.splice(at, 1, { ...(bays[at] as Bay), ...fields })
const breaks: readonly Break[] = [
  (bays, at) => change(bays, at, { x: 5_000, y: 0 }),
  (bays, at) => change(bays, at, { zones: ['nowhere'] }),
  (bays, at) => change(bays, at, { angle: 720 }),
  (bays, at) => bays.push({ ...(bays[at] as Bay), id: `copy of ${at}`, devices: [] }),
  (bays, at) => bays.push({ ...(bays[at] as Bay), x: 60, y: 60, devices: [] }),
  (bays, at) => bays.push(plainBay(`twin ${at}`, { x: 60, y: 50 }, { devices: bays[at]?.devices ?? [] })),
  (bays, at) => change(bays, at, { rule: { maxStayMin: 60, hours: [{ days: ['mon'], from: '08:00', to: '08:00' }] } }),
]

/** What the message of the finding advises. */
function followed(bays: Bay[], { code, path, ids }: LayoutFinding): Bay[] {
  const at = Number(path[5])
  const bay = bays[at] as Bay
  const set = (changed: Bay) => bays.map((each, i) => (i === at ? changed : each))
  switch (code) {
    case 'outside-level':
    case 'bays-overlap': {
      const { polygon: _, ...rest } = bay
      return set({ ...rest, x: 66, y: -6 + at * 9, angle: 0 })
    }
    case 'unknown-zone':
      return set({ ...bay, zones: bay.zones.filter((zone) => zone !== ids[1]) })
    case 'bad-shape':
      return set({ ...bay, angle: 0 })
    case 'duplicate-id':
      return set({ ...bay, id: `other ${at}` })
    case 'device-twice':
      return set({ ...bay, devices: bay.devices.filter((device) => device !== ids[0]) })
    case 'bad-hours':
      return set({ ...bay, rule: { maxStayMin: 60, hours: [{ days: ['mon'], from: '00:00', to: '24:00' }] } })
    default:
      return assert.fail(`no advice for ${code}`)
  }
}

test('each fault names its object, and following its advice removes it and makes no other', () => {
  const wrongs = fc.array(fc.tuple(fc.nat(breaks.length - 1), fc.nat(11)), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(layouts, wrongs, (layout, chosen) => {
      const [site] = layout.sites as [Site]
      const [level] = site.levels as [Site['levels'][number]]
      let bays = [...level.bays]
      for (const [kind, at] of chosen) breaks[kind]?.(bays, at % bays.length)
      const checked = () => checkLayout({ ...layout, sites: [{ ...site, levels: [{ ...level, bays }] }] })
      for (let left = checked(), turn = 0; left.faultCount > 0; turn++) {
        assert.ok(turn < 60, JSON.stringify(left.faults[0]))
        const [fault] = left.faults as [LayoutFinding]
        assert.ok(fault.message.includes(fault.ids[0] as string), fault.message)
        const before = left.faultCount
        bays = followed(bays, fault)
        left = checked()
        assert.ok(
          left.faultCount < before || !left.faults.some(({ message }) => message === fault.message),
          fault.message,
        )
      }
    }),
    { numRuns: 200 },
  )
})
