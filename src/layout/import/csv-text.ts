/** Text of a CSV as spreadsheets write it: any usual separator, quotes, a byte order mark, UTF-8, UTF-16 or Windows-1252. Pure. */

export interface CsvTable {
  readonly header: readonly string[]
  /** With the number of the line each begins on. */
  readonly rows: readonly { readonly line: number; readonly cells: readonly string[] }[]
  readonly separator: string
  /** It was no UTF-8. */
  readonly isGuessed: boolean
  /** Line of a quote that is never closed. */
  readonly openQuote: number | undefined
}

const separators = [';', '\t', ',', '|'] as const

export function csvTable(bytes: Uint8Array): CsvTable {
  const { text, isGuessed } = decoded(bytes)
  const separator = separatorOf(text)
  const { lines, openQuote } = records(text, separator)
  const [head, ...rows] = lines.filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
  return { header: (head?.cells ?? []).map((cell) => cell.trim()), rows, separator, isGuessed, openQuote }
}

function decoded(bytes: Uint8Array): { readonly text: string; readonly isGuessed: boolean } {
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)
  const utf16 = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : undefined
  if (utf16) return { text: new TextDecoder(utf16).decode(bytes), isGuessed: false }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), isGuessed: false }
  } catch {
    // What spreadsheets in the west write where they do not write UTF-8.
    return { text: new TextDecoder('windows-1252').decode(bytes), isGuessed: true }
  }
}

/** The one that the header has most of, outside quotes. Excel may name it in its own line: `sep=;`. */
function separatorOf(text: string): string {
  const named = /^sep=(.)\r?\n/i.exec(text)?.[1]
  if (named !== undefined) return named
  const header = (/^[^\r\n]*/.exec(text.replace(/^[\r\n]+/, ''))?.[0] ?? '').replaceAll(/"[^"]*"/g, '')
  const count = (separator: string) => header.split(separator).length
  return separators.toSorted((a, b) => count(b) - count(a))[0] as string
}

function records(text: string, separator: string) {
  const body = text.replace(/^sep=.\r?\n/i, (line) => line.replaceAll(/[^\r\n]/g, ''))
  const lines: { line: number; cells: string[] }[] = []
  let openQuote: number | undefined
  let at = 0
  let line = 1
  while (at < body.length) {
    const cells: string[] = []
    const begun = line
    for (;;) {
      const cell = body[at] === '"' ? quoted(at) : plain(at)
      cells.push(cell.text)
      at = cell.end
      if (body[at] !== separator) break
      at++
    }
    if (body[at] === '\r' && body[at + 1] === '\n') at++
    at++
    line++
    lines.push({ line: begun, cells })
  }
  return { lines, openQuote }

  function plain(from: number) {
    let end = from
    while (end < body.length && body[end] !== separator && body[end] !== '\n' && body[end] !== '\r') end++
    return { text: body.slice(from, end), end }
  }

  function quoted(from: number) {
    let value = ''
    let i = from + 1
    for (; i < body.length; i++) {
      if (body[i] === '\n') line++
      if (body[i] !== '"') value += body[i]
      else if (body[i + 1] === '"') {
        value += '"'
        i++
      } else break
    }
    if (i >= body.length) openQuote ??= line
    // What stands between the closing quote and the separator belongs to the cell.
    const rest = plain(Math.min(body.length, i + 1))
    return { text: value + rest.text, end: rest.end }
  }
}

/** `1.5`, `1,5`, `1.234,5`, `1,234.5`; undefined when it is no number. */
export function numberOf(text: string): number | undefined {
  const plain = text
    .trim()
    .replaceAll(/[\s\u00a0']/g, '')
    .replace(/°$/, '')
  if (/^[-+]?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(plain)) return Number(plain)
  if (/^[-+]?\d+,\d+$/.test(plain)) return Number(plain.replace(',', '.'))
  if (/^[-+]?\d{1,3}(\.\d{3})+,\d+$/.test(plain)) return Number(plain.replaceAll('.', '').replace(',', '.'))
  if (/^[-+]?\d{1,3}(,\d{3})+\.\d+$/.test(plain)) return Number(plain.replaceAll(',', ''))
  return undefined
}
