/**
 * One CSV row by RFC 4180, read against its columns. Blanks around unquoted cells are dropped. Where semicolons or tabs separate the cells, a comma within a number
 * is its decimal point, but for one that may separate thousands.
 */

import { doubtOfNumber } from '../../domain/doubtful-number.ts'
import type { Rejection } from '../../domain/reading.ts'
import { trimBlanks } from '../../lib/blanks.ts'
import { ok, type Result } from '../../lib/result.ts'
import { quoted, reject } from '../rejection.ts'

const defaultColumns = 'device,seq,time,occupied'
/** More columns than any table of readings has. */
const cellsMax = 1_024

type Columns = Result<readonly string[], Rejection>
/** Columns repeat from frame to frame; the last few read are kept. */
const known = new Map<string, Columns>()
const knownMax = 64

export interface CsvForm {
  readonly separator?: string | undefined
  /** `field:Column` for each column with a name of its own, separated by commas. */
  readonly rename?: string | undefined
}

/** Cells by column name; `header` when the row repeats its own columns, as boards do when they start. */
export function readCsvRow(
  text: string,
  columnsText = defaultColumns,
  { separator = ',', rename }: CsvForm = {},
): Result<ReadonlyMap<string, string> | 'header', Rejection> {
  const columns = columnsOf(columnsText, separator, rename)
  if (!columns.ok) return columns
  const cells = readCells(text.replace(/\r?\n?$/, ''), separator)
  if (!cells.ok) return cells
  const names = columns.value
  if (cells.value.length !== names.length)
    return reject(
      'bad-csv',
      `${fieldsFound(cells.value.length)}, ${names.length} expected (${listed(names)}); send each column, empty where there is no value`,
    )
  if (cells.value.every((cell, i) => cell.toLowerCase() === names[i])) return ok('header')
  const isPlain = separator === ','
  const row = new Map<string, string>()
  for (const [i, name] of names.entries()) {
    const cell = cells.value[i] as string
    const doubt = isPlain ? undefined : doubtOfNumber(name, cell)
    if (doubt !== undefined) return reject('bad-field', doubt)
    row.set(name, isPlain ? cell : withDecimalPoint(cell))
  }
  return ok(row)
}

const withDecimalPoint = (cell: string) => (/^[+-]?\d{1,15},\d{1,15}$/.test(cell) ? cell.replace(',', '.') : cell)

const fieldsFound = (n: number) => (n === 1 ? '1 field found' : `${n} fields found`)
/** The names as a list, cut like any quoted value. */
const listed = (names: readonly string[]) => quoted(names.join(', ')).slice(1, -1)

function columnsOf(text: string, separator: string, rename = ''): Columns {
  const key = `${separator}${rename}\n${text}`
  const before = known.get(key)
  if (before) return before
  const columns = readColumns(text, separator, rename)
  if (known.size >= knownMax) known.clear()
  known.set(key, columns)
  return columns
}

function readColumns(text: string, separator: string, rename: string): Columns {
  // Names that the source itself gives are separated by commas; those of a file as its cells are.
  const cells = readCells(text.replace(/^\uFEFF/, '').replace(/\r?\n?$/, ''), text === defaultColumns ? ',' : separator)
  if (!cells.ok) return reject('bad-csv', `the header row: ${cells.error.detail}`)
  const found = cells.value.map((cell) => cell.trim().toLowerCase())
  const fieldOf = fieldsByColumn(rename)
  const missing = [...fieldOf.keys()].find((column) => !found.includes(column))
  if (missing !== undefined)
    return reject(
      'bad-csv',
      `the header row has no column ${quoted(missing)}, which the map names; it has ${listed(found)}`,
    )
  // A column that has the name of a field and is another by the map is none.
  const mapped = new Set(fieldOf.values())
  const names = found.map((name) => fieldOf.get(name) ?? (mapped.has(name) ? '' : name))
  const twice = names.find((name, i) => name !== '' && names.indexOf(name) !== i)
  if (twice !== undefined)
    return reject('bad-csv', `the header row has the column ${quoted(twice)} twice; rename or remove one`)
  return ok(names)
}

function fieldsByColumn(rename: string): ReadonlyMap<string, string> {
  const pairs = rename.split(',').map((pair): [string, string] => {
    const colon = pair.indexOf(':')
    return [
      pair
        .slice(colon + 1)
        .trim()
        .toLowerCase(),
      pair.slice(0, colon).trim(),
    ]
  })
  return new Map(rename === '' ? [] : pairs)
}

/** A quoted cell may hold commas, line ends and doubled quotes. By scanning: a pattern backtracks over long cells. */
function readCells(text: string, separator: string): Result<readonly string[], Rejection> {
  const cells: string[] = []
  for (let at = 0; ; at++) {
    const begin = skipBlanks(text, at, separator)
    if (text[begin] === '"') {
      const end = closingQuote(text, begin)
      if (end < 0) return badCell(cells.length, begin, 'has an unclosed quote', text)
      at = skipBlanks(text, end + 1, separator)
      if (at < text.length && text[at] !== separator)
        return badCell(cells.length, at, 'goes on after its closing quote', text)
      cells.push(text.slice(begin + 1, end).replaceAll('""', '"'))
    } else {
      const next = text.indexOf(separator, begin)
      at = next < 0 ? text.length : next
      const bare = trimBlanks(text.slice(begin, at))
      if (/["\r\n]/.test(bare)) return badCell(cells.length, begin, 'has a quote or line end outside quotes', text)
      cells.push(bare)
    }
    if (at >= text.length) return ok(cells)
    if (cells.length >= cellsMax) return reject('bad-csv', `the row has more than ${cellsMax} cells`)
  }
}

function skipBlanks(text: string, at: number, separator: string): number {
  while (text[at] === ' ' || (text[at] === '\t' && separator !== '\t')) at++
  return at
}

function closingQuote(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 2))
    if (text[at + 1] !== '"') return at
  return -1
}

const badCell = (index: number, at: number, what: string, text: string) =>
  reject('bad-csv', `cell ${index + 1} ${what}, at character ${at + 1}: ${quoted(text.slice(at))}; quote by RFC 4180`)
