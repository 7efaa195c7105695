/**
 * CSV that a spreadsheet opens as it is meant: RFC 4180 with CRLF, UTF-8 with a byte order mark, and no cell that a spreadsheet would run as a
 * formula. Numbers stay numbers; text that begins like a formula gets an apostrophe in front. A spreadsheet that separates by another sign than the
 * document cuts cells at it, and at line ends, without regard to quotes: what would begin like a formula there gets an apostrophe too.
 */

export type CsvCell = string | number | boolean | null

export interface CsvFormat {
  readonly separator: ',' | ';' | '\t'
  readonly decimal: '.' | ','
}

/** As programs and spreadsheets in English read it. */
export const plainCsv: CsvFormat = { separator: ',', decimal: '.' }
/** As spreadsheets read it where the decimal sign is a comma. */
export const commaDecimalCsv: CsvFormat = { separator: ';', decimal: ',' }

/** Without it spreadsheets take UTF-8 for the code page of the machine. */
export const csvMark = '\uFEFF'

/** With its line end. A null is an empty cell. */
export const csvLine = (cells: readonly CsvCell[], format: CsvFormat = plainCsv): string =>
  `${cells.map((cell) => cellText(cell, format)).join(format.separator)}\r\n`

/** A whole document: mark, header, rows. */
export const csvText = (
  header: readonly string[],
  rows: Iterable<readonly CsvCell[]>,
  format: CsvFormat = plainCsv,
): string => csvMark + csvLine(header, format) + Array.from(rows, (row) => csvLine(row, format)).join('')

/**
 * What spreadsheets take for the begin of a formula, also behind blanks and quotes; with the full-width forms, which some of them take for the plain ones,
 * and control characters, which they pass over.
 */
const formula = /^[\s\p{Cc}\uFEFF"]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/u
/** Behind signs that another reader separates by: a run of them, blanks and quotes, with the begin of a formula where one follows. */
const behindCut = {
  ',': /([\s\p{Cc}\uFEFF";]+)([=+\-@\uFF1D\uFF0B\uFF0D\uFF20]?)/gu,
  ';': /([\s\p{Cc}\uFEFF",]+)([=+\-@\uFF1D\uFF0B\uFF0D\uFF20]?)/gu,
  '\t': /([\s\p{Cc}\uFEFF",;]+)([=+\-@\uFF1D\uFF0B\uFF0D\uFF20]?)/gu,
} as const
const cuts = /[,;\t\r\n]/g
const quoted = /[",;\t\r\n]|^\s|\s$/

function cellText(cell: CsvCell, { decimal, separator }: CsvFormat): string {
  if (cell === null) return ''
  if (typeof cell === 'boolean') return String(cell)
  // Infinity and NaN are no numbers in a spreadsheet.
  if (typeof cell === 'number') {
    const text = Number.isFinite(cell) ? String(cell).replace('.', decimal) : ''
    return text.includes(separator) ? `"${text}"` : text
  }
  const safe = cell.replace(behindCut[separator], (all, run: string, sign: string) =>
    sign === '' ? all : run.replace(cuts, "$&'") + sign,
  )
  return quotedWhereNeeded(formula.test(cell) ? `'${safe}` : safe)
}

const quotedWhereNeeded = (text: string) => (quoted.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
