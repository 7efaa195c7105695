import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { bayOutline } from '../../domain/bay-shape.ts'
import { type Bay, emptyLayout, type Layout, plainBay } from '../../domain/layout.ts'
import { checkLayout } from '../../domain/layout-faults.ts'
import { areaOf } from '../../domain/polygon.ts'
import { areaGrid } from './area-grid.ts'
import { type AssembleOptions, assembledLayout } from './assemble.ts'
import { importCsv } from './csv.ts'
import { formatOf } from './formats.ts'
import { importGeoJson } from './geojson.ts'
import { gridBays, usualGrid } from './grid.ts'
import type { Imported } from './imported.ts'
import { importOsm } from './osm.ts'

const bytesOf = (name: string) => readFileSync(path.join(import.meta.dirname, 'cases', name))
const bytes = (text: string) => Buffer.from(text)
const all = (layout: Layout): readonly Bay[] => layout.sites.flatMap(({ levels }) => levels.flatMap(({ bays }) => bays))
const bay = (layout: Layout, id: string) => all(layout).find((each) => each.id === id)
const layoutFrom = (imported: Imported, options: AssembleOptions = {}, base = emptyLayout) => {
  const { layout, findings } = assembledLayout(base, imported, { timeZone: 'Europe/Berlin', ...options })
  assert.deepEqual(
    findings.filter(({ severity }) => severity === 'fault'),
    [],
  )
  assert.deepEqual(checkLayout(layout).faults, [])
  return { layout, warnings: findings.map(({ where, message }) => `${where}: ${message}`) }
}
const faultsOf = ({ findings }: Imported) =>
  findings.filter(({ severity }) => severity === 'fault').map(({ where, message }) => `${where}: ${message}`)

/** Elements as the editing API writes them; a car park is 18 m wide, and a space 2 m of each metre from `at` on. */
const extract = (...elements: readonly string[]) => bytes(`<osm>${elements.join('')}</osm>`)
function area(id: string, box: { readonly left: number; readonly right: number; readonly up: number }, tags: object) {
  const { left, right, up } = box
  const corners = [
    [0, left],
    [0, right],
    [up, right],
    [up, left],
  ] as const
  // 0.00001 degrees are 1.1 m of latitude.
  const nodes = corners.map(
    ([north, east], i) => `<node id="${id}0${i}" lat="${52 + north / 1e5}" lon="${7 + east / 1e5}"/>`,
  )
  const refs = [0, 1, 2, 3, 0].map((i) => `<nd ref="${id}0${i}"/>`)
  const texts = Object.entries(tags).map(([key, value]) => `<tag k="${key}" v="${value}"/>`)
  return `${nodes.join('')}<way id="${id}">${refs.join('')}${texts.join('')}</way>`
}
const lot = (id: string, at: number, tags: object = {}) =>
  area(id, { left: at * 4, right: (at + 18) * 4, up: 12 }, { amenity: 'parking', ...tags })
const space = (id: string, at: number, tags: object = {}) =>
  area(id, { left: at * 4, right: (at + 1) * 4, up: 5 }, { amenity: 'parking_space', ...tags })

describe('an extract of OpenStreetMap', () => {
  const { layout, warnings } = layoutFrom(importOsm(bytesOf('harbour.osm')), { site: 'harbour' })
  const sites = new Map(layout.sites.map((site) => [site.name, site]))

  test('has its parking spaces as bays of their car park, with their types, sizes and slant', () => {
    const bays = sites.get('Parkplatz Am Hafen & Kai')?.levels.flatMap((level) => level.bays) ?? []
    assert.equal(bays.length, 13)
    assert.deepEqual(
      bays.map(({ types }) => types[0]).filter((type) => type !== 'standard'),
      ['disabled', 'disabled', 'ev', 'disabled'],
    )
    const slanted = bays.find(({ id }) => id === 'A 6')
    assert.equal(slanted?.label, 'A 6')
    // 30 degrees against the clock on the map, drawn with 7 decimals (a centimetre).
    assert.ok(Math.abs((slanted?.angle ?? 0) + 30) < 0.5, String(slanted?.angle))
    assert.ok(Math.abs((slanted?.w ?? 2.5) - 2.5) < 0.03 && Math.abs((slanted?.h ?? 5) - 5) < 0.03)
  })

  test('has a row that is mapped with a capacity as so many bays', () => {
    const row = all(layout).filter(({ id }) => /^way-\d+\.\d$/.test(id))
    assert.equal(row.length, 5)
    for (const each of row) assert.ok(Math.abs(areaOf(bayOutline(each, layout)) - 13.2) < 0.5)
  })

  test('has a garage that is mapped by its capacity as count zones', () => {
    assert.deepEqual(
      sites
        .get('Parkhaus Mitte')
        ?.levels.map(({ zones, w }) => [w >= 40, zones.map(({ id, countCapacity }) => [id, countCapacity])]),
      [
        [
          true,
          [
            ['all', 214],
            ['disabled', 6],
          ],
        ],
      ],
    )
  })

  test('has bays that lie over each other on their own levels, drawn beside each other', () => {
    const levels = layout.sites.find(({ id }) => id === 'harbour')?.levels ?? []
    assert.deepEqual(
      levels
        .map(({ id, name }) => [id, name])
        .filter(([id]) => id !== '0')
        .toSorted(),
      [['-1', 'Level -1']],
    )
    assert.ok(checkLayout(layout).warnings.every(({ code }) => code !== 'levels-overlap'))
  })

  test('reports what it cannot use', () => {
    for (const sentence of [
      /capacity is 14, and 13 bays are mapped/,
      /neither mapped parking spaces nor a capacity/,
      /mapped as a point/,
    ])
      assert.ok(
        warnings.some((warning) => sentence.test(warning)),
        `${sentence} in ${warnings.join('\n')}`,
      )
  })

  test('keeps what is set of a count zone when it comes again', () => {
    const base: Layout = {
      ...layout,
      sites: layout.sites.map((site) => ({
        ...site,
        levels: site.levels.map((level) => ({
          ...level,
          zones: level.zones.map((zone) => ({ ...zone, countOffset: 1, countReset: { at: '04:00', vehicles: 2 } })),
        })),
      })),
    }
    const again = layoutFrom(importOsm(bytesOf('harbour.osm')), { site: 'harbour' }, base).layout
    const zonesOf = ({ sites }: Layout) => sites.flatMap(({ levels }) => levels.flatMap(({ zones }) => zones))
    assert.ok(zonesOf(again).length > 0)
    assert.deepEqual(zonesOf(again), zonesOf(base))
  })

  test('leaves types as people set them where it names none, and reports which', () => {
    const untagged = [lot('1', 0), space('2', 1), space('3', 2), space('4', 3, { parking_space: 'disabled' })]
    const read = (...elements: readonly string[]) => importOsm(extract(...elements))
    const first = layoutFrom(read(...untagged), {}).layout
    assert.deepEqual(
      ['way-2', 'way-4'].map((id) => bay(first, id)?.types),
      [['standard'], ['disabled']],
    )
    const retyped = (id: string, types: Bay['types']) => (each: Bay) => (each.id === id ? { ...each, types } : each)
    const base: Layout = {
      ...first,
      sites: first.sites.map((site) => ({
        ...site,
        levels: site.levels.map((level) => ({
          ...level,
          bays: level.bays.map(retyped('way-2', ['ev'])).map(retyped('way-4', ['family'])),
        })),
      })),
    }
    const again = layoutFrom(read(...untagged), {}, base)
    assert.deepEqual(
      ['way-2', 'way-3', 'way-4'].map((id) => bay(again.layout, id)?.types),
      [['ev'], ['standard'], ['disabled']],
    )
    assert.deepEqual(again.warnings, [
      'the file: it names no type for 1 of 3 bays that have one here, which they keep: way-2 (ev)',
    ])
    // A type that the file names counts, also where it is the usual one.
    const named = read(lot('1', 0), space('2', 1, { parking_space: 'normal' }), space('3', 2), space('4', 3))
    const after = layoutFrom(named, {}, base)
    assert.deepEqual(
      ['way-2', 'way-4'].map((id) => bay(after.layout, id)?.types),
      [['standard'], ['family']],
    )
  })

  test('of thousands of car parks each space belongs to the one it lies in, looked for among those that are near', () => {
    const corners = (lon: number, lat: number) => [
      { lon, lat },
      { lon: lon + 0.001, lat },
      { lon: lon + 0.001, lat: lat + 0.001 },
      { lon, lat: lat + 0.001 },
    ]
    let reads = 0
    const areas = Array.from({ length: 4_000 }, (_, i) => ({
      id: i,
      get outline() {
        reads++
        return corners(-10 + (i % 100) * 0.1, 40 + Math.floor(i / 100) * 0.1)
      },
    }))
    const wide = { id: 4_000, outline: corners(0, 0).map(({ lon, lat }) => ({ lon: lon * 9_000, lat: lat * 9_000 })) }
    const areaAt = areaGrid([...areas, wide])
    reads = 0
    for (let i = 0; i < 4_000; i += 7)
      assert.equal(areaAt({ lon: -10 + (i % 100) * 0.1 + 0.0005, lat: 40 + Math.floor(i / 100) * 0.1 + 0.0005 })?.id, i)
    assert.ok(reads < 2_000, `${reads}`)
    assert.deepEqual([areaAt({ lon: 4, lat: 4 })?.id, areaAt({ lon: -10.0005, lat: 40 })], [4_000, undefined])
  })

  test('is read from the JSON of Overpass too', () => {
    const overpass = layoutFrom(importOsm(bytesOf('overpass.json')), { site: 's' }).layout
    assert.deepEqual(
      all(overpass).map(({ id, types }) => [id, types[0]]),
      [
        ['way-700', 'disabled'],
        ['way-701', 'standard'],
        ['way-702', 'standard'],
        ['node-90', 'standard'],
      ],
    )
    assert.equal(overpass.sites.find(({ name }) => name === 'P+R')?.levels[0]?.zones[0]?.countCapacity, 40)
  })

  test('has a ref that several car parks use behind the id of its car park, else the number of the space', () => {
    const { layout: twice, warnings: shown } = layoutFrom(
      importOsm(
        extract(
          lot('1', 0),
          space('11', 1, { ref: '1' }),
          space('12', 2, { ref: '2' }),
          lot('2', 20),
          space('21', 21, { ref: '1' }),
          space('22', 22, { ref: '3' }),
          space('23', 23, { ref: '3' }),
          space('31', 41, { ref: '1' }),
        ),
      ),
    )
    assert.deepEqual(
      twice.sites.map(({ id, levels }) => [
        id,
        levels.flatMap(({ bays }) => bays.map((each) => [each.id, each.label])),
      ]),
      [
        [
          'way-1',
          [
            ['way-1-1', '1'],
            ['2', '2'],
          ],
        ],
        [
          'way-2',
          [
            ['way-2-1', '1'],
            ['way-22', '3'],
            ['way-23', '3'],
          ],
        ],
        ['site', [['way-31', '1']]],
      ],
    )
    assert.ok(
      shown.includes('way 11: its ref "1" is that of 3 parking spaces in the file: its bay has the id "way-1-1"'),
    )
  })

  test('lacks a car park that was cut at its border, with a warning, and is refused where nothing is left', () => {
    const cut =
      '<way id="9"><nd ref="404"/><nd ref="405"/><nd ref="404"/><tag k="amenity" v="parking"/><tag k="capacity" v="7"/></way>'
    const { layout: rest, warnings: shown } = layoutFrom(importOsm(extract(lot('1', 0), space('11', 1), cut)))
    assert.deepEqual(
      rest.sites.map(({ id }) => id),
      ['way-1'],
    )
    assert.ok(
      shown.some((each) => /^way 9: it is left out, because the extract lacks some of its nodes/.test(each)),
      shown.join('\n'),
    )
    assert.match(faultsOf(importOsm(extract(cut)))[0] ?? '', /nothing in it can be used/)
    // Overpass writes null for the corners outside its box: three that are left are no car park.
    const at = (lat: number, lon: number) => ({ lat: 52 + lat / 1e4, lon: 7 + lon / 1e4 })
    const geometry = [at(0, 0), at(0, 1), null, at(1, 1), at(1, 0), at(0, 0)]
    const overpass = { elements: [{ type: 'way', id: 9, geometry, tags: { amenity: 'parking', capacity: '7' } }] }
    assert.match(faultsOf(importOsm(bytes(JSON.stringify(overpass))))[0] ?? '', /nothing in it can be used/)
  })

  test('is compared by its bays with the capacity of a car park', () => {
    const { warnings: shown } = layoutFrom(
      importOsm(extract(lot('1', 0, { capacity: '5' }), space('11', 1, { capacity: '4' }), space('12', 2))),
    )
    assert.deepEqual(shown, [])
  })

  test('names its sites itself, and reports for how many bays --site is used', () => {
    const { warnings: shown } = layoutFrom(importOsm(extract(lot('1', 0), space('11', 1), space('31', 41))), {
      site: 'east',
    })
    assert.ok(
      shown.includes(
        'the file: it names sites itself (way-1), whose bays stay in them: --site east is used for 1 of 2 bays',
      ),
      shown.join('\n'),
    )
  })

  test('is refused where it is cut off, without its nodes, or no extract at all', () => {
    const text = bytesOf('harbour.osm').toString()
    assert.match(faultsOf(importOsm(bytes(text.slice(0, 9_000))))[0] ?? '', /^line \d+: .*cut off/)
    assert.match(
      faultsOf(importOsm(bytes('<osm><way id="1"><nd ref="7"/><tag k="amenity" v="parking_space"/></way></osm>')))[0] ??
        '',
      /way 1: the extract lacks its nodes/,
    )
    assert.match(
      faultsOf(importOsm(bytes('{"elements":[],"remark":"runtime error: timed out"}')))[0] ?? '',
      /timed out/,
    )
    assert.match(faultsOf(importOsm(bytes('<html></html>')))[0] ?? '', /no <osm> element/)
    assert.match(faultsOf(importOsm(bytes('<!DOCTYPE x [<!ENTITY a "b">]><osm/>')))[0] ?? '', /document type/)
    assert.match(faultsOf(importOsm(bytes('nothing')))[0] ?? '', /neither XML nor JSON/)
  })
})

describe('a CSV', () => {
  test('is read as a German spreadsheet writes it', () => {
    const { layout, warnings } = layoutFrom(importCsv(bytesOf('stellplaetze.csv')), { site: 'g', name: 'Garage' })
    assert.deepEqual(all(layout), [
      plainBay('A-1', { x: 0, y: 0 }, { zones: ['Ost'], devices: ['70-B3-D5-7E-D0-00-1A-2B'] }),
      plainBay('A-2', { x: 2.5, y: 0 }, { types: ['disabled'], zones: ['Ost'] }),
      plainBay('A-3', { x: 5.5, y: 0 }, { types: ['ev', 'permit'], angle: -30, closed: true }),
      ...all(layout).filter(({ id }) => id === 'A-4'),
    ])
    assert.deepEqual(
      layout.sites[0]?.levels.map(({ id }) => id),
      ['EG', '1.OG'],
    )
    assert.ok(
      warnings.some((warning) => /line 6: the bay type "Hubschrauber" is not known/.test(warning)),
      warnings.join('\n'),
    )
    assert.ok(warnings.some((warning) => /not used: Bemerkung/.test(warning)))
  })

  test('may have any usual separator, encoding and form of numbers', () => {
    const rows = (separator: string, comma: string) =>
      `${['id', 'x', 'y', 'type'].join(separator)}\nÄ-1${separator}1${comma}5${separator}0${separator}ev\n`
    const texts: [string, BufferEncoding][] = [
      [rows(',', '.'), 'utf8'],
      [rows('\t', ','), 'utf8'],
      [rows(';', ','), 'latin1'],
      [`\ufeff${rows('|', '.')}`, 'utf16le'],
      [`sep=;\n${rows(';', ',')}`, 'utf8'],
    ]
    for (const [text, encoding] of texts) {
      const { layout } = layoutFrom(importCsv(Buffer.from(text, encoding)))
      assert.deepEqual(all(layout), [plainBay('Ä-1', { x: 1.5, y: 0 }, { types: ['ev'] })], `${encoding} ${text}`)
    }
  })

  test('may place bays by latitude and longitude', () => {
    const { layout } = layoutFrom(importCsv(bytes('bay,lat,lon,angle\na,51.96,7.62,30\nb,51.96009,7.62,\n')))
    const [a, b] = all(layout)
    assert.equal(a?.angle, 30)
    // Further north is further up; 0.00009 degrees of latitude are 10 m.
    assert.ok(Math.abs((a?.y ?? 0) - (b?.y ?? 0) - 10) < 0.05)
    assert.equal(layout.sites[0]?.anchor?.lat, 51.960045)
  })

  test('is refused with the line and what to do', () => {
    const cases: [string, RegExp][] = [
      ['', /line 1: the file is empty/],
      ['x;y\n1;2\n', /no column holds the ids/],
      ['id;x;y\nA;1;zwei\n', /line 2: y "zwei" of bay A is no number/],
      ['id;x;y\n;1;2\n', /line 2: the bay has no id/],
      ['id;x\nA;1\n', /only one of x and y/],
      ['id;lat;lon\nA;95;1\n', /not on the earth/],
      ['id;x;y\nA;1;2;3\n', /4 cells and the header 3/],
      ['id;nr;x;y\nA;1;2;3\n', /both hold id/],
      ['id;x;y\n"A;1;2\n', /quote is opened and never closed/],
    ]
    for (const [text, fault] of cases) assert.match(faultsOf(importCsv(bytes(text))).join('\n'), fault, text)
    const twice = assembledLayout(emptyLayout, importCsv(bytes('id;x;y\nA;1;2\nA;9;2\n')))
    assert.match(twice.findings[0]?.message ?? '', /at line 2 already/)
    const placeless = assembledLayout(emptyLayout, importCsv(bytes('id;type\nA;ev\n')))
    assert.match(placeless.findings[0]?.message ?? '', /is new and has no place/)
  })
})

describe('a GeoJSON', () => {
  test('has rectangles, outlines, parts and points, under usual names of properties', () => {
    const { layout } = layoutFrom(importGeoJson(bytesOf('bays.geojson')), { site: 's' })
    const first = bay(layout, '1')
    assert.deepEqual([first?.types, first?.devices, Math.round(first?.angle ?? 0)], [['disabled'], ['s-1'], -20])
    assert.deepEqual([bay(layout, 'K-2')?.types, bay(layout, 'K-2')?.polygon?.length], [['ev', 'permit'], 6])
    assert.deepEqual(
      all(layout).map(({ id }) => id),
      ['1', 'K-2', 'M-1', 'M-2', '9'],
    )
    assert.equal(bay(layout, '9')?.angle, 45)
  })

  test('in another reference system is refused with the way to convert it, but for Web Mercator and UTM', () => {
    const file = (crs: string, x: number, y: number) =>
      bytes(
        JSON.stringify({
          type: 'FeatureCollection',
          crs: { type: 'name', properties: { name: crs } },
          features: [{ type: 'Feature', id: 'A', properties: {}, geometry: { type: 'Point', coordinates: [x, y] } }],
        }),
      )
    assert.match(
      faultsOf(importGeoJson(file('urn:ogc:def:crs:EPSG::31467', 3_405_000, 5_757_000)))[0] ?? '',
      /EPSG::31467.*ogr2ogr -t_srs EPSG:4326/,
    )
    const { outline } = importGeoJson(file('EPSG:3857', 848_888.7, 6_790_000)).bays[0] ?? {}
    assert.ok(outline && 'centre' in outline && Math.abs(outline.centre.lon - 7.6257) < 1e-3)
    // The meridian arc to 50 degrees north, and a square in Berlin.
    for (const [x, y, lon, lat, off] of [
      [500_000, 5_538_630.703, 15, 50, 1e-7],
      [392_066, 5_820_069, 13.4092, 52.52, 1e-4],
    ] as const) {
      const found = importGeoJson(file('urn:ogc:def:crs:EPSG::25833', x, y)).bays[0]?.outline
      assert.ok(found && 'centre' in found)
      assert.ok(Math.abs(found.centre.lat - lat) < off && Math.abs(found.centre.lon - lon) < off)
    }
  })

  test('is refused with the feature and what to do', () => {
    const feature = (geometry: unknown, properties: object = { id: 'A' }) =>
      bytes(JSON.stringify({ type: 'FeatureCollection', features: [{ type: 'Feature', properties, geometry }] }))
    const cases: [Uint8Array, RegExp][] = [
      [bytes('{'), /not JSON/],
      [bytes('{"type":"Topology"}'), /no GeoJSON of features/],
      [feature({ type: 'Point', coordinates: [1, 2] }, {}), /feature 1: it has no id/],
      [feature({ type: 'LineString', coordinates: [] }), /bay A has a geometry of type "LineString"/],
      [feature(null), /bay A has a geometry of type null/],
      [feature({ type: 'Point', coordinates: [405_000, 5_757_000] }), /on the earth/],
      [feature({ type: 'Polygon', coordinates: [[[1, 2]]] }), /fewer than 3 corners/],
    ]
    for (const [file, fault] of cases) assert.match(faultsOf(importGeoJson(file)).join('\n'), fault)
  })
})

describe('a grid', () => {
  test('of 60 degrees has rows that fit side by side and lean against each other', () => {
    const { layout } = layoutFrom(
      gridBays({
        ...usualGrid,
        rows: 4,
        columns: 12,
        angle: 60,
        pattern: '{ROW}-{col:2}',
        types: 'disabled:1-2,ev:13',
      }),
    )
    const bays = all(layout)
    assert.equal(bays.length, 48)
    assert.deepEqual([bays[0]?.id, bays[13]?.id, bays[47]?.id], ['A-01', 'B-02', 'D-12'])
    assert.deepEqual([bays[0]?.angle, bays[12]?.angle], [30, -30])
    assert.deepEqual([bays[1]?.types, bays[12]?.types, bays[13]?.types], [['disabled'], ['ev'], ['standard']])
    assert.ok(Math.abs((bays[1]?.x ?? 0) - (bays[0]?.x ?? 0) - 2.5 / Math.sin(Math.PI / 3)) < 0.002)
  })

  test('is sound at every angle, and along a kerb', () => {
    for (const angle of [0, 30, 45, 60, 75, 90]) layoutFrom(gridBays({ ...usualGrid, rows: 3, columns: 7, angle }))
  })

  test('numbers along the aisle and back where it is asked to, from any number', () => {
    const { layout } = layoutFrom(
      gridBays({ ...usualGrid, columns: 3, start: 10, isSerpentine: true, pattern: 'P{n}' }),
    )
    assert.deepEqual(
      all(layout).map(({ id }) => id),
      ['P10', 'P11', 'P12', 'P15', 'P14', 'P13'],
    )
  })

  test('whose pattern or sizes cannot be is refused', () => {
    for (const [grid, fault] of [
      [{ pattern: '{col}' }, /gives 10 ids for 20 bays/],
      [{ pattern: 'A' }, /names no number/],
      [{ angle: 120 }, /angle of 120/],
      [{ rows: 0 }, /0 rows/],
      [{ types: 'disabled' }, /no range/],
    ] as const)
      assert.match(faultsOf(gridBays({ ...usualGrid, ...grid })).join('\n'), fault)
  })
})

describe('an import into a layout that is there', () => {
  const base = layoutFrom(
    importCsv(bytes('id,x,y,type,device,site,level\nA,0,0,ev,d1,s,l\nB,3,0,,d2,s,l\nC,0,0,,d3,s,m\n')),
  ).layout

  test('updates by id, and keeps devices and fields that the file does not name', () => {
    const { layout } = layoutFrom(importCsv(bytes('id,x,y,label\nB,6,0,two\nD,9,0,\n')), {}, base)
    assert.deepEqual(bay(layout, 'A'), bay(base, 'A'))
    assert.deepEqual(bay(layout, 'B'), plainBay('B', { x: 6, y: 0 }, { label: 'two', devices: ['d2'] }))
    assert.deepEqual(bay(layout, 'D'), plainBay('D', { x: 9, y: 0 }))
    assert.deepEqual(
      all(layout).map(({ id }) => id),
      ['A', 'B', 'D', 'C'],
    )
    const unchanged = layoutFrom(importCsv(bytes('id,device\nA,d9\n')), {}, base).layout
    assert.deepEqual(bay(unchanged, 'A'), { ...bay(base, 'A'), devices: ['d9'] })
  })

  test('replaces a level or a site where it is asked to, and keeps devices by id', () => {
    const file = importCsv(bytes('id,x,y,site,level\nB,6,0,s,l\n'))
    assert.deepEqual(
      all(layoutFrom(file, { mode: 'replace-level' }, base).layout).map(({ id, devices }) => [id, devices]),
      [
        ['B', ['d2']],
        ['C', ['d3']],
      ],
    )
    assert.deepEqual(
      all(layoutFrom(file, { mode: 'replace-site' }, base).layout).map(({ id }) => id),
      ['B'],
    )
  })

  test('places a new site below those that are there, with its anchor', () => {
    const { layout } = layoutFrom(importGeoJson(bytesOf('bays.geojson')), { site: 'new' }, base)
    const site = layout.sites.find(({ id }) => id === 'new')
    assert.ok((site?.levels[0]?.y ?? 0) > 10)
    // Brought in again, nothing moves.
    const again = layoutFrom(importGeoJson(bytesOf('bays.geojson')), { site: 'new' }, layout).layout
    for (const each of all(layout)) {
      const now = bay(again, each.id)
      assert.ok(now && Math.hypot(now.x - each.x, now.y - each.y) < 0.01, each.id)
    }
  })

  test('of bays on the earth into a site without an anchor is refused with the option to give', () => {
    const { findings } = assembledLayout(base, importGeoJson(bytesOf('bays.geojson')), { site: 's' })
    assert.match(findings.find(({ severity }) => severity === 'fault')?.message ?? '', /no anchor.*--anchor/)
  })
})

test('a format is known by name or by how the file begins', () => {
  const cases: [string, string, string | undefined][] = [
    ['a.geojson', '', 'geojson'],
    ['a.CSV', '', 'csv'],
    ['a.osm', '', 'osm'],
    ['a', '<?xml', 'osm'],
    ['a.json', '{"version":0.6,"elements":[]}', 'osm'],
    ['a.json', '{ "type": "FeatureCollection"', 'geojson'],
    ['a.json', '{"name":"x"', 'json'],
    ['a', 'what', undefined],
  ]
  for (const [name, text, format] of cases) assert.equal(formatOf(name, bytes(text)), format, name + text)
})
