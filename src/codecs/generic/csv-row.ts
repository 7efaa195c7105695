/** One CSV row by RFC 4180, read against its columns. Blanks around unquoted cells are dropped. */

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

/** Cells by column name; `header` when the row repeats its own columns, as boards do when they start. */
export function readCsvRow(
  text: string,
  columnsText = defaultColumns,
): Result<ReadonlyMap<string, string> | 'header', Rejection> {
  const columns = columnsOf(columnsText)
  if (!columns.ok) return columns
  const cells = readCells(text.replace(/\r?\n?$/, ''))
  if (!cells.ok) return cells
  const names = columns.value
  if (cells.value.length !== names.length)
    return reject(
      'bad-csv',
      `${fieldsFound(cells.value.length)}, ${names.length} expected (${listed(names)}); send each column, empty where there is no value`,
    )
  if (cells.value.every((cell, i) => cell.toLowerCase() === names[i])) return ok('header')
  return ok(new Map(names.map((name, i) => [name, cells.value[i] as string])))
}

const fieldsFound = (n: number) => (n === 1 ? '1 field found' : `${n} fields found`)
/** The names as a list, cut like any quoted value. */
const listed = (names: readonly string[]) => quoted(names.join(', ')).slice(1, -1)

function columnsOf(text: string): Columns {
  const before = known.get(text)
  if (before) return before
  const columns = readColumns(text)
  if (known.size >= knownMax) known.clear()
  known.set(text, columns)
  return columns
}

function readColumns(text: string): Columns {
  const cells = readCells(text.replace(/^\uFEFF/, '').replace(/\r?\n?$/, ''))
  if (!cells.ok) return reject('bad-csv', `the header row: ${cells.error.detail}`)
  const names = cells.value.map((cell) => cell.trim().toLowerCase())
  const twice = names.find((name, i) => name !== '' && names.indexOf(name) !== i)
  if (twice !== undefined)
    return reject('bad-csv', `the header row has the column ${quoted(twice)} twice; rename or remove one`)
  return ok(names)
}

/** A quoted cell may hold commas, line ends and doubled quotes. By scanning: a pattern backtracks over long cells. */
function readCells(text: string): Result<readonly string[], Rejection> {
  const cells: string[] = []
  for (let at = 0; ; at++) {
    const begin = skipBlanks(text, at)
    if (text[begin] === '"') {
      const end = closingQuote(text, begin)
      if (end < 0) return badCell(cells.length, begin, 'has an unclosed quote', text)
      at = skipBlanks(text, end + 1)
      if (at < text.length && text[at] !== ',')
        return badCell(cells.length, at, 'goes on after its closing quote', text)
      cells.push(text.slice(begin + 1, end).replaceAll('""', '"'))
    } else {
      const comma = text.indexOf(',', begin)
      at = comma < 0 ? text.length : comma
      const bare = trimBlanks(text.slice(begin, at))
      if (/["\r\n]/.test(bare)) return badCell(cells.length, begin, 'has a quote or line end outside quotes', text)
      cells.push(bare)
    }
    if (at >= text.length) return ok(cells)
    if (cells.length >= cellsMax) return reject('bad-csv', `the row has more than ${cellsMax} cells`)
  }
}

function skipBlanks(text: string, at: number): number {
  while (text[at] === ' ' || text[at] === '\t') at++
  return at
}

function closingQuote(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 2))
    if (text[at + 1] !== '"') return at
  return -1
}

const badCell = (index: number, at: number, what: string, text: string) =>
  reject('bad-csv', `cell ${index + 1} ${what}, at character ${at + 1}: ${quoted(text.slice(at))}; quote by RFC 4180`)
