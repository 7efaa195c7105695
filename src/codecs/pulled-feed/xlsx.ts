/**
 * The cells of the first sheet of an Excel workbook (ECMA-376, SpreadsheetML), as texts. Everything is bounded, and read once from front to end;
 * a document type is refused, so no entity can grow. Formulas have their last result.
 */
import { unzipSync } from 'fflate'
import { fail, ok, type Result } from '../../lib/result.ts'

const partBytesMax = 16 * 1024 * 1024
/** As it is packed: one that unpacks to more than it announces costs time in proportion. Far more than the items that are read need. */
const packedBytesMax = 512 * 1024
const entriesMax = 1_000
const rowsMax = 10_000
const columnsMax = 1_024
/** Of all rows together, as wide as the header row: a few bytes of a file can stand for a cell far to the right. */
const cellsMax = 1024 * 1024
/** Of all cells together: many cells can show one shared text. */
const charactersMax = 8 * 1024 * 1024
const sheetForm = /^xl\/worksheets\/sheet(\d+)\.xml$/
const stringsName = 'xl/sharedStrings.xml'
const workbookName = 'xl/workbook.xml'

export interface SheetRows {
  readonly rows: readonly (readonly string[])[]
  /** Days are counted from 1904, as old Excel for the Mac did. */
  readonly isFrom1904: boolean
}

export function sheetRows(file: Uint8Array): Result<SheetRows, string> {
  try {
    const names = namesIn(file)
    const sheet = names.filter((name) => sheetForm.test(name)).sort(bySheet)[0]
    if (sheet === undefined) return fail('it is a zip file without a worksheet')
    const parts = partsOf(file, [sheet, stringsName, workbookName])
    if (!parts.ok) return parts
    const [sheetText = '', stringsText = '', workbookText = ''] = parts.value
    const rows = rowsIn(sheetText, stringsIn(stringsText))
    return rows.ok ? ok({ rows: rows.value, isFrom1904: isFrom1904(workbookText) }) : rows
  } catch (error) {
    return fail(`it is no workbook: ${(error as Error).message.slice(0, 100)}`)
  }
}

const bySheet = (a: string, b: string) => Number(sheetForm.exec(a)?.[1]) - Number(sheetForm.exec(b)?.[1])

/** Nothing is unpacked. Throws at a file that is no zip, or has too many entries. */
function namesIn(file: Uint8Array): readonly string[] {
  const names: string[] = []
  unzipSync(file, {
    filter({ name }) {
      if (names.push(name) > entriesMax) throw new Error(`it has more than ${entriesMax} entries`)
      return false
    },
  })
  return names
}

/** The texts of the parts, in the order of their names; '' where the file has none. Each is unpacked once, however often the file lists it. */
function partsOf(file: Uint8Array, names: readonly string[]): Result<readonly string[], string> {
  const left = new Set(names)
  let tooLarge: string | undefined
  const parts = unzipSync(file, {
    filter({ name, originalSize, size }) {
      if (!left.delete(name)) return false
      const isTooLarge = originalSize > partBytesMax || size > packedBytesMax
      if (isTooLarge) tooLarge ??= name
      return !isTooLarge
    },
  })
  if (tooLarge) return fail(`${tooLarge} has more than ${packedBytesMax} bytes, or ${partBytesMax} unpacked`)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const texts = names.map((name) => decoder.decode(parts[name] ?? new Uint8Array()))
  return texts.some((text) => /<!(?:DOCTYPE|ENTITY)/i.test(text)) ? fail('a document type is not read') : ok(texts)
}

interface Tag {
  readonly name: string
  readonly attributes: string
  readonly isEnd: boolean
  readonly isEmpty: boolean
  /** Text before it, since the tag before. */
  readonly before: string
}

function* tagsOf(xml: string): Generator<Tag> {
  for (let at = 0; ; ) {
    const open = xml.indexOf('<', at)
    const close = open < 0 ? -1 : xml.indexOf('>', open)
    if (close < 0) return
    const inner = xml.slice(open + 1, close)
    const isEnd = inner.startsWith('/')
    const isEmpty = inner.endsWith('/')
    const body = inner.slice(isEnd ? 1 : 0, isEmpty ? -1 : undefined)
    const blank = body.search(/\s/)
    const qualified = blank < 0 ? body : body.slice(0, blank)
    const attributes = blank < 0 ? '' : body.slice(blank)
    yield {
      ...{ name: qualified.slice(qualified.indexOf(':') + 1), attributes, isEnd, isEmpty },
      before: xml.slice(at, open),
    }
    at = close + 1
  }
}

/** Shared strings: the texts of each `si`, of its rich parts too; phonetic readings left out. */
function stringsIn(xml: string): readonly string[] {
  const found: string[] = []
  let text = ''
  let isPhonetic = false
  for (const { name, isEnd, isEmpty, before } of tagsOf(xml)) {
    if (name === 'rPh') isPhonetic = !isEnd && !isEmpty
    if (name === 't' && isEnd && !isPhonetic) text += unescaped(before)
    if (name !== 'si' || !(isEnd || isEmpty)) continue
    found.push(text)
    text = ''
  }
  return found
}

function isFrom1904(workbook: string): boolean {
  for (const { name, attributes } of tagsOf(workbook))
    if (name === 'workbookPr') return /^(?:1|true|on)$/.test(attribute(attributes, 'date1904') ?? '')
  return false
}

function rowsIn(xml: string, strings: readonly string[]): Result<readonly (readonly string[])[], string> {
  const rows: string[][] = []
  let row: string[] = []
  let cell = { column: 0, kind: 'n', text: '' }
  let [next, characters, cells] = [0, 0, 0]
  for (const { name, attributes, isEnd, isEmpty, before } of tagsOf(xml)) {
    if (name === 'row' && !isEnd) {
      row = []
      next = 0
    }
    if (name === 'c' && !isEnd) {
      const column = columnOf(attribute(attributes, 'r')) ?? next
      next = column + 1
      if (column >= columnsMax) return fail(`a row has more than ${columnsMax} columns`)
      cell = { column, kind: attribute(attributes, 't') ?? 'n', text: '' }
    }
    if ((name === 'v' || name === 't') && isEnd) cell.text += unescaped(before)
    if (name === 'c' && isEnd) {
      while (row.length < cell.column) row.push('')
      const value = valueOfCell(cell.kind, cell.text, strings)
      row[cell.column] = value
      cell.text = ''
      characters += value.length
      if (characters > charactersMax) return fail(`its cells have more than ${charactersMax} characters together`)
    }
    if (name !== 'row' || !(isEnd || isEmpty)) continue
    const isBlank = row.every((text) => text === '')
    if (!isBlank) rows.push(row)
    if (rows.length > rowsMax) return fail(`it has more than ${rowsMax} rows`)
    cells += isBlank ? row.length : Math.max(row.length, rows[0]?.length ?? 0)
    if (cells > cellsMax) return fail(`it has more than ${cellsMax} cells`)
    row = []
  }
  return ok(rows)
}

function valueOfCell(kind: string, text: string, strings: readonly string[]): string {
  if (kind === 's') return strings[Number(text)] ?? ''
  if (kind === 'b') return text === '1' ? 'true' : 'false'
  // An error like #N/A is no value.
  return kind === 'e' ? '' : text
}

/** `C7`: 2. */
function columnOf(reference: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? '')?.[0]
  if (letters === undefined) return undefined
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

const attribute = (text: string, name: string): string | undefined => new RegExp(`\\s${name}="([^"]*)"`).exec(text)?.[1]

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const unescaped = (text: string): string =>
  text.includes('&')
    ? text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,6}));/gi, (whole, decimal, hex, name) => {
        const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined
        if (code === undefined) return entities[name as string] ?? whole
        return code <= 0x10ffff ? String.fromCodePoint(code) : whole
      })
    : text

/** Of the first day of the 1904 calendar, in that of 1900. */
const daysTo1904 = 1_462

/** A day of Excel, 45000.5, as a local time; undefined where the number is none of our time. */
export function dayOfExcel(text: string, isFrom1904 = false): string | undefined {
  const days = /^\d{5}(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  const serial = isFrom1904 ? days + daysTo1904 : days
  if (!(serial >= 30_000 && serial < 80_000)) return undefined
  const ms = Math.round((serial - 25_569) * 86_400) * 1_000
  return new Date(ms).toISOString().slice(0, 19)
}
