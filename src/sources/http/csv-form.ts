/**
 * CSV as the programs of the world write it: cells separated by commas, semicolons or tabs, and the line `sep=;` of Excel before them. The separator travels with
 * the rows; the line is no row and is left out.
 */

export interface CsvForm {
  readonly separator: ',' | ';' | '\t'
  /** Bytes of the line `sep=` at the beginning, its end included. */
  readonly skipBytes: number
}

const separators = [';', '\t'] as const
const plain: CsvForm = { separator: ',', skipBytes: 0 }

/** `rows`: the body as UTF-8; `firstRow` is its first row that is not blank. A separator that is not known is undefined. */
export function csvFormOf(rows: Buffer, firstRow: string): CsvForm | undefined {
  const announced = /^(?:\uFEFF)?sep=(.?)\s*$/i.exec(firstRow)
  if (announced) {
    const separator = [',', ...separators].find((each) => each === announced[1]) as CsvForm['separator'] | undefined
    const begin = rows.indexOf(firstRow.trim())
    const ends = [rows.indexOf(10, begin), rows.indexOf(13, begin)].filter((at) => at >= 0)
    const end = ends.length === 0 ? rows.length : Math.min(...ends)
    const isPair = rows[end] === 13 && rows[end + 1] === 10
    return separator && { separator, skipBytes: Math.min(rows.length, end + (isPair ? 2 : 1)) }
  }
  const separator = separators.find((each) => separatedBy(each, firstRow))
  return separator === undefined ? plain : { separator, skipBytes: 0 }
}

function separatedBy(character: string, row: string): boolean {
  const bare = row.replaceAll(/"[^"]*"/g, 'x')
  const parts = bare.split(character).length
  // Two parts may be one id; as the first of the names of columns they are two columns.
  return !bare.includes(',') && (parts > 2 || (parts === 2 && /^device\W/.test(bare)))
}
