/** Parts of SpreadsheetML (ECMA-376, part 1, 18.3) that a report needs: cells with a type and a style, and the sheet around them. */

/** Places in `cellXfs` of the styles below. */
export const styles = {
  ...{ plain: 0, head: 1, whole: 2, number: 3, share: 4, date: 5, moment: 6, text: 7, heat: 8, prose: 9, title: 10 },
} as const
export type Style = keyof typeof styles

export const xmlHead = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'

/** Characters of a cell; more makes the file one that Excel repairs. */
const cellCharsMax = 32_767

/** Control characters and halves of pairs are in no XML. */
export const escaped = (text: string): string =>
  text
    .slice(0, cellCharsMax)
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    // A text that looks like an escape of ECMA-376 would be read as one.
    .replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

/** `A`, `Z`, `AA`. */
export function columnName(index: number): string {
  const rest = Math.floor(index / 26) - 1
  return (rest < 0 ? '' : columnName(rest)) + String.fromCharCode(65 + (index % 26))
}

export type SheetValue = string | number | boolean | null

/** Text is never a formula: it is written as text. */
export function cellXml(column: number, row: number, value: SheetValue, style: Style): string {
  if (value === null) return ''
  const at = `<c r="${columnName(column)}${row}" s="${styles[style]}"`
  if (typeof value === 'number') return `${at}><v>${value}</v></c>`
  if (typeof value === 'boolean') return `${at} t="b"><v>${value ? 1 : 0}</v></c>`
  return `${at} t="inlineStr"><is><t xml:space="preserve">${escaped(value)}</t></is></c>`
}

export interface SheetRow {
  readonly values: readonly SheetValue[]
  readonly styles: readonly Style[]
}

export const rowXml = (row: number, { values, styles }: SheetRow): string =>
  `<row r="${row}">${values.map((value, i) => cellXml(i, row, value, styles[i] ?? 'plain')).join('')}</row>`

/** `frozen`: rows at the top that stay in view. Widths in characters. */
export function sheetBegin(widths: readonly number[], { frozen = 0, frozenColumns = 0 } = {}): string {
  const pane =
    frozen + frozenColumns > 0
      ? `<pane${frozenColumns ? ` xSplit="${frozenColumns}"` : ''}${frozen ? ` ySplit="${frozen}"` : ''} topLeftCell="${columnName(frozenColumns)}${frozen + 1}" activePane="${frozenColumns ? (frozen ? 'bottomRight' : 'topRight') : 'bottomLeft'}" state="frozen"/>`
      : ''
  const cols = widths
    .map((width, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`)
    .join('')
  return `${xmlHead}<worksheet xmlns="${main}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0">${pane}</sheetView></sheetViews><cols>${cols}</cols><sheetData>`
}

/** On landscape paper all columns are on one page, and as many pages follow as the rows take. */
const asPrinted = '<pageSetup orientation="landscape" fitToWidth="1" fitToHeight="0"/>'

/** `filter`: range with a filter in its first row. `heat`: ranges of shares that are coloured by their value. */
export function sheetEnd({
  filter,
  heat = [],
}: {
  readonly filter?: string
  readonly heat?: readonly string[]
} = {}): string {
  const rules = heat.map((range, i) => heatRules(range, 2 * i + 1)).join('')
  return `</sheetData>${filter ? `<autoFilter ref="${filter}"/>` : ''}${rules}${asPrinted}</worksheet>`
}

/** The number in the cell is what counts: the colour only helps to find it, and the text on a dark one is white. */
const heatRules = (range: string, priority: number) =>
  `<conditionalFormatting sqref="${range}"><cfRule type="cellIs" dxfId="0" priority="${priority}" operator="greaterThanOrEqual"><formula>0.6</formula></cfRule>` +
  `<cfRule type="colorScale" priority="${priority + 1}"><colorScale><cfvo type="num" val="0"/><cfvo type="num" val="1"/><color rgb="FFEAF2FC"/><color rgb="FF0B3D80"/></colorScale></cfRule></conditionalFormatting>`

const formats = [
  [164, '0.0%'],
  [165, 'yyyy\\-mm\\-dd'],
  [166, 'yyyy\\-mm\\-dd\\ hh:mm:ss'],
  [167, '0%'],
] as const
/** In the order of `styles`: number format, font, fill, alignment. */
const xfs = [
  [0, 0, 0, ''],
  [0, 1, 2, '<alignment vertical="center" wrapText="1"/>'],
  [1, 0, 0, ''],
  [2, 0, 0, ''],
  [164, 0, 0, ''],
  [165, 0, 0, ''],
  [166, 0, 0, ''],
  [49, 0, 0, ''],
  [167, 0, 0, '<alignment horizontal="center"/>'],
  [0, 0, 0, '<alignment vertical="top" wrapText="1"/>'],
  [0, 2, 0, ''],
] as const

export const stylesXml = (): string =>
  `${xmlHead}<styleSheet xmlns="${main}"><numFmts count="${formats.length}">${formats
    .map(([id, code]) => `<numFmt numFmtId="${id}" formatCode="${escaped(code)}"/>`)
    .join('')}</numFmts>` +
  '<fonts count="3"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="14"/><name val="Calibri"/></font></fonts>' +
  '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE4E9F0"/></patternFill></fill></fills>' +
  '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>' +
  `<cellXfs count="${xfs.length}">${xfs
    .map(([format, font, fill, alignment]) => {
      const head = `<xf numFmtId="${format}" fontId="${font}" fillId="${fill}" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1"`
      return alignment ? `${head} applyAlignment="1">${alignment}</xf>` : `${head}/>`
    })
    .join('')}</cellXfs>` +
  '<dxfs count="1"><dxf><font><color rgb="FFFFFFFF"/></font></dxf></dxfs></styleSheet>'
