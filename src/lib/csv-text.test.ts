import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { commaDecimalCsv, csvLine, csvMark, csvText, plainCsv } from './csv-text.ts'

/** A reader by RFC 4180. */
function read(text: string, separator: string): string[][] {
  const rows: string[][] = [[]]
  let cell = ''
  let isQuoted = false
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] as string
    if (isQuoted) {
      if (letter !== '"') cell += letter
      else if (text[i + 1] === '"') cell += text[i++]
      else isQuoted = false
    } else if (letter === '"') isQuoted = true
    else if (letter === separator) {
      rows.at(-1)?.push(cell)
      cell = ''
    } else if (letter === '\r' && text[i + 1] === '\n') {
      rows.at(-1)?.push(cell)
      cell = ''
      i++
      rows.push([])
    } else cell += letter
  }
  return rows.slice(0, -1)
}

const isFormula = (text: string) => /[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/.test(text)
const plain = (text = '') => text.replaceAll("'", '')

test('text of any kind is read back as it was, but for apostrophes before what looks like a formula', () => {
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom('=', '-', '@', '\t', '\r', '\n', ' ', '"', ',', ';', "'", 'a'), maxLength: 6 }),
  )
  const rowsOf = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 })
  // biome-ignore lint/nursery/noFloatingPromises: a property that is not async
  fc.assert(
    fc.property(rowsOf, fc.boolean(), (rows, isPlain) => {
      const format = isPlain ? plainCsv : commaDecimalCsv
      const back = read(rows.map((row) => csvLine(row, format)).join(''), format.separator)
      assert.equal(back.length, rows.length)
      const pairs = rows.flatMap((row, r) => row.map((before, c) => [before, back[r]?.[c]] as const))
      for (const [before, after] of pairs)
        assert.ok(
          isFormula(before) ? plain(after) === plain(before) : after === before,
          JSON.stringify([before, after]),
        )
    }),
  )
})

/** As a spreadsheet that separates by another sign reads it: quotes within a cell are signs as any other. */
const cutBy = (text: string, separator: string) =>
  text.split(/[\r\n]/).flatMap((line) => line.split(separator).map((cell) => cell.replace(/^["\s]+/, '')))

test('no cell begins a formula for a spreadsheet that separates by another sign', () => {
  const cell = fc.string({
    unit: fc.constantFrom('=', '-', '\uFF20', '\t', '\n', ' ', '"', ',', ';', "'", 'a'),
    maxLength: 8,
  })
  const formats = [plainCsv, commaDecimalCsv, { separator: '\t', decimal: '.' }] as const
  // biome-ignore lint/nursery/noFloatingPromises: a property that is not async
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 3 }), fc.constantFrom(...formats), (row, format) => {
      const line = csvLine(row, format)
      for (const separator of [',', ';', '\t'].filter((other) => other !== format.separator))
        for (const read of cutBy(line, separator)) assert.doesNotMatch(read, /^[=\-\uFF20]/u, JSON.stringify(line))
    }),
    { numRuns: 2_000, examples: [[['x', 'a;=1+1;b'], plainCsv]] },
  )
  assert.equal(csvLine(['x', 'a;=1+1;b; c']), 'x,"a;\'=1+1;b; c"\r\n')
  assert.equal(csvLine(['Level 2, -1 side']), '"Level 2, -1 side"\r\n')
})

test('no text begins a formula, plain, full-width or behind blanks, and a negative number stays a number', () => {
  for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', ' =1', '\uFF1D1', '\uFF0B1', '\uFF0D1', '\uFF201', '\u0000=1'])
    assert.equal(read(csvLine([text]), ',')[0]?.[0], `'${text}`, JSON.stringify(text))
  assert.equal(csvLine(['\t=1']), `"'\t'=1"\r\n`)
  assert.equal(csvLine([-1.5, 1e21, true, null, Number.NaN]), '-1.5,1e+21,true,,\r\n')
  assert.equal(csvLine([-1.5, 'a;b', 'c,d'], commaDecimalCsv), '-1,5;"a;b";"c,d"\r\n')
})

test('a document begins with the byte order mark and its header, and every line ends with CRLF', () => {
  assert.equal(csvText(['id', 'name'], [['A', 'Süd "1"']]), `${csvMark}id,name\r\nA,"Süd ""1"""\r\n`)
})
