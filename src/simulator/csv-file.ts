/** Rows of a CSV file with a header, streamed: cells by column name, with the line they stand on. One row is one line. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

export interface CsvRow {
  readonly line: number
  readonly cells: Readonly<Record<string, string>>
}

/** Throws with the path when the file cannot be read, or with what is missing when the header lacks a `required` column. */
export async function* readCsvFile(path: string, required: readonly string[]): AsyncGenerator<CsvRow> {
  const file = createReadStream(path, 'utf8')
  try {
    const lines = createInterface({ input: file, crlfDelay: Number.POSITIVE_INFINITY })
    let columns: readonly string[] | undefined
    let line = 0
    for await (const text of lines) {
      line++
      if (text === '') continue
      const cells = splitCells(text)
      if (columns) {
        yield { line, cells: Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? ''])) }
        continue
      }
      columns = cells.map((cell) => cell.replace(/^\uFEFF/, '').trim())
      const lacking = required.filter((column) => !columns?.includes(column))
      if (lacking.length > 0)
        throw new Error(`${path}: the header row has no column ${lacking.join(', ')}; it has ${columns.join(', ')}`)
    }
    if (!columns) throw new Error(`${path} is empty; it needs a header row with ${required.join(', ')}`)
  } finally {
    file.destroy()
  }
}

function splitCells(text: string): string[] {
  if (!text.includes('"')) return text.split(',')
  return Array.from(text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, inQuotes, bare = '']) =>
    inQuotes === undefined ? bare : inQuotes.replaceAll('""', '"'),
  )
}
