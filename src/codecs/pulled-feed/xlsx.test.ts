/** Workbooks as Excel, LibreOffice and exports write them: shared, rich and inline texts, gaps, dates, errors; and files that are none. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { strToU8, zipSync } from 'fflate'
import { arrivedAt } from '../codec-cases.ts'
import { pulledFeedCodec } from './decode.ts'
import { sheetRows } from './xlsx.ts'

const workbook = (sheet: string, strings = '', properties = '') =>
  zipSync({
    'xl/workbook.xml': strToU8(`<workbook>${properties}<sheets/></workbook>`),
    '[Content_Types].xml': strToU8('<Types/>'),
    'xl/worksheets/sheet1.xml': strToU8(
      `<?xml version="1.0"?><worksheet xmlns="x"><sheetData>${sheet}</sheetData></worksheet>`,
    ),
    ...(strings === '' ? {} : { 'xl/sharedStrings.xml': strToU8(`<sst>${strings}</sst>`) }),
  })
const strings =
  '<si><t>Stellplatz</t></si><si><r><t>Bel</t></r><r><t>egung</t></r></si><si><t xml:space="preserve">Zeit </t></si><si><t>A &amp; B</t></si><si><t>belegt</t></si>'
const header = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="D1" t="s"><v>2</v></c></row>'
const feed = JSON.stringify({
  format: 'xlsx',
  zone: 'Europe/Berlin',
  fields: { device: 'Stellplatz', occupied: 'Belegung', time: 'Zeit' },
})
const decode = (file: Uint8Array) => pulledFeedCodec.decode(file, { arrivedAt, meta: { feed } })

const rowsOf = (file: Uint8Array) => {
  const sheet = sheetRows(file)
  return sheet.ok ? sheet.value.rows : sheet.error
}
const errorOf = (file: Uint8Array) => String((sheetRows(file) as { error?: string }).error)

test('rows are read by the names of the first row; days of Excel are times of the zone', () => {
  const rows = `${header}<row r="2"><c r="A2" t="s"><v>3</v></c><c r="B2" t="s"><v>4</v></c><c r="D2"><v>46204.5</v></c></row>
    <row r="3"><c r="A3"><v>17</v></c><c r="B3" t="inlineStr"><is><t>frei</t></is></c><c r="C3" t="e"><v>#N/A</v></c></row><row r="4"/>`
  const result = decode(workbook(rows, strings))
  assert.ok(result.ok, JSON.stringify(result))
  assert.deepEqual(
    result.value.map(({ device, time, measures }) => [device, time && new Date(time).toISOString(), measures.occupied]),
    [
      ['A & B', '2026-07-01T10:00:00.000Z', true],
      ['17', undefined, false],
    ],
  )
})

test('a file that is no workbook, one without a sheet, and one with a document type are refused with the reason', () => {
  for (const [file, reason] of [
    [strToU8('<html>'), /no workbook/],
    [zipSync({ 'a.txt': strToU8('x') }), /without a worksheet/],
    [zipSync({ 'xl/worksheets/sheet1.xml': strToU8('<!DOCTYPE x><a/>') }), /document type/],
    [zipSync({ 'xl/worksheets/sheet1.xml': new Uint8Array(17 * 1024 * 1024) }), /more than/],
  ] as const) {
    const result = decode(file)
    assert.ok(!result.ok)
    assert.match(result.error.detail, reason)
  }
})

test('a sheet with a cell far to the right or cut off in the middle is bounded', () => {
  assert.match(
    String((sheetRows(workbook('<row><c r="XFD1"><v>1</v></c></row>')) as { error?: string }).error),
    /columns/,
  )
  assert.ok(sheetRows(workbook('<row r="1"><c r="A1"><v>1')).ok)
})

test('days of a workbook that counts from 1904 are later by four years and a day', () => {
  const rows = `${header}<row r="2"><c r="A2"><v>17</v></c><c r="B2" t="s"><v>4</v></c><c r="D2"><v>44742.5</v></c></row>`
  for (const value of ['1', 'true']) {
    const result = decode(workbook(rows, strings, `<workbookPr defaultThemeVersion="1" date1904="${value}"/>`))
    assert.ok(result.ok, JSON.stringify(result))
    assert.equal(new Date(result.value[0]?.time ?? 0).toISOString(), '2026-07-01T10:00:00.000Z')
  }
})

test('cells without a place follow one another, empty ones too', () => {
  const rows =
    '<row><c><v>1</v></c><c/><c><v>3</v></c></row><row><c r="B2"/><c><v>3</v></c></row><row><c/><c><v>2</v></c></row>'
  assert.deepEqual(rowsOf(workbook(rows)), [
    ['1', '', '3'],
    ['', '', '3'],
    ['', '2'],
  ])
})

test('only the sheet that is read is unpacked, and once', () => {
  const sheet = strToU8('<row><c><v>1</v></c></row>')
  const others = Array.from({ length: 8 }, (_, i) => [`xl/worksheets/sheet${i + 2}.xml`, new Uint8Array([0xff])])
  const file = zipSync({ 'xl/worksheets/sheet1.xml': sheet, ...Object.fromEntries(others) }, { level: 0 })
  // What is no UTF-8 would be refused.
  assert.deepEqual(rowsOf(file), [['1']])
  const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`xl/${i}.xml`, new Uint8Array()]))
  assert.match(errorOf(zipSync(many)), /more than 1000 entries/)
})

test('a long shared text in many cells, and cells far to the right in many rows, are refused with the reason', () => {
  const row = '<row><c t="s"><v>0</v></c></row>'
  assert.match(
    errorOf(workbook(row.repeat(1_000), `<si><t>${'x'.repeat(20_000)}</t></si>`)),
    /more than \d+ characters/,
  )
  assert.match(
    errorOf(workbook(row.repeat(600), `<si><t>${'x'.repeat(1_000_000)}</t></si>`)),
    /more than \d+ characters/,
  )
  assert.match(errorOf(workbook('<row><c r="ALL1"><v>1</v></c></row>'.repeat(2_000))), /more than \d+ cells/)
  const header = '<row><c r="ALL1"><v>1</v></c></row>'
  assert.match(errorOf(workbook(header + '<row><c><v>1</v></c></row>'.repeat(2_000))), /more than \d+ cells/)
})

test('any bytes, and any sheet, are answered', () => {
  const piece = fc.constantFrom(
    '<row>',
    '</row>',
    '<c r="A1">',
    '<c t="s">',
    '</c>',
    '<v>',
    '</v>',
    '0',
    '<',
    '>',
    '&#99999999;',
    '"',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.array(piece, { maxLength: 40 }).map((parts) => workbook(parts.join(''), strings)),
      ),
      (file) => {
        const result = decode(file)
        assert.ok(result.ok || result.error.detail.length < 800)
      },
    ),
    { numRuns: 300 },
  )
})

test('CSV in UTF-16 with a byte order mark is read', () => {
  const text = '\uFEFFNr;Zustand\nA1;belegt\nB2;frei\n'
  const map = JSON.stringify({ format: 'csv', separator: ';', fields: { device: 'Nr', occupied: 'Zustand' } })
  const little = Buffer.from(text, 'utf16le')
  for (const bytes of [little, Buffer.from(little).swap16()]) {
    const result = pulledFeedCodec.decode(bytes, { arrivedAt, meta: { feed: map } })
    assert.ok(result.ok, JSON.stringify(result))
    assert.deepEqual(
      result.value.map(({ device, measures }) => [device, measures.occupied]),
      [
        ['A1', true],
        ['B2', false],
      ],
    )
  }
})
