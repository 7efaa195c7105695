/**
 * Splitting bytes into frames, by scanning only: nothing is parsed, nothing is copied. Intake counts with it, processing splits
 * with it, so both always agree on how many frames a record holds.
 *
 * Promises, for any bytes: never throws, one pass, and every byte that is no separator (blank, line end, byte order mark, the
 * brackets and commas of a JSON array) lies in exactly one frame.
 */

/** How bytes split into frames. The order is the wire code in the journal: append, never reorder. */
export const framings = ['whole', 'lines', 'csv', 'csv-header', 'json', 'csv-cr', 'csv-cr-header'] as const
/**
 * - `whole`: all bytes are one frame.
 * - `lines`: one frame per line (LF or CRLF); blank lines are not frames.
 * - `csv`: RFC 4180 rows, quotes may hold line ends; blank rows are not frames. `csv-header`: the first row is no frame.
 * - `csv-cr`, `csv-cr-header`: the same, where CR alone ends a row too (old Excel for Mac). Separate framings, because records that
 *   are in a journal already must split as they were counted.
 * - `json`: the elements of a top-level array, otherwise the whole text as one frame; `[]` and blank have none. An array that is
 *   broken (unbalanced, an element missing, text after it) is one frame as well, so that nothing is lost.
 */
export type Framing = (typeof framings)[number]

/** Start and end (exclusive) of each frame, in pairs, ascending. */
export function frameSpans(framing: Framing, bytes: Uint8Array): number[] {
  const spans: number[] = []
  walk(framing, bytes, (start, end) => spans.push(start, end))
  return spans
}

export function countFrames(framing: Framing, bytes: Uint8Array): number {
  return walk(framing, bytes, undefined)
}

/** Framings whose first row names the columns. */
export const hasHeader = (framing: Framing): boolean => framing === 'csv-header' || framing === 'csv-cr-header'

/** Text of the first row that is not blank: the column names. */
export function headerRow(bytes: Uint8Array, framing: Framing = 'csv-header'): string {
  let row = ''
  walkCsv(
    bytes,
    (start, end) => {
      row = decoder.decode(bytes.subarray(start, end))
      return stop
    },
    framing.startsWith('csv-cr'),
  )
  return row
}

const decoder = new TextDecoder()
const stop = Symbol('stop')
/** Called with each frame; returning `stop` ends the walk. */
type Visit = ((start: number, end: number) => unknown) | undefined

function walk(framing: Framing, bytes: Uint8Array, visit: Visit): number {
  if (framing === 'lines') return walkLines(bytes, visit)
  const crEnds = framing.startsWith('csv-cr')
  if (framing === 'csv' || framing === 'csv-cr') return walkCsv(bytes, visit, crEnds)
  if (hasHeader(framing)) {
    let rows = 0
    return Math.max(0, walkCsv(bytes, visit && ((start, end) => rows++ > 0 && visit(start, end)), crEnds) - 1)
  }
  if (framing === 'json') return walkJson(bytes, visit)
  visit?.(0, bytes.length)
  return 1
}

const tab = 9
const lf = 10
const cr = 13
const space = 32
const quote = 34
const comma = 44
const openBracket = 91
const backslash = 92
const closeBracket = 93
const openBrace = 123
const closeBrace = 125

const isBlank = (byte: number | undefined) => byte === space || byte === lf || byte === cr || byte === tab

/** A UTF-8 byte order mark is no part of the first frame. */
const textStart = (bytes: Uint8Array) => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0)

/** One row without its line end, unless it is blank. Returns how many frames it was. */
function row(bytes: Uint8Array, start: number, end: number, visit: Visit): 0 | 1 | typeof stop {
  let first = start
  while (first < end && isBlank(bytes[first])) first++
  if (first === end) return 0
  return visit?.(start, bytes[end - 1] === cr ? end - 1 : end) === stop ? stop : 1
}

function walkLines(bytes: Uint8Array, visit: Visit): number {
  let frames = 0
  for (let start = textStart(bytes); start < bytes.length; ) {
    const end = indexOr(bytes, lf, start)
    const one = row(bytes, start, end, visit)
    if (one === stop) return frames + 1
    frames += one
    start = end + 1
  }
  return frames
}

function walkCsv(bytes: Uint8Array, visit: Visit, crEnds: boolean): number {
  let frames = 0
  let nextQuote = -1
  let nextCr = crEnds ? -1 : bytes.length
  for (let start = textStart(bytes); start < bytes.length; ) {
    if (nextQuote < start) nextQuote = indexOr(bytes, quote, start)
    if (nextCr < start) nextCr = indexOr(bytes, cr, start)
    // With CR rows a search for LF from each of them would scan the rest of the body again and again.
    let end = nextCr < bytes.length ? rowEnd(bytes, start, nextCr) : indexOr(bytes, lf, start)
    if (nextQuote < end) end = quotedRowEnd(bytes, start, crEnds)
    const one = row(bytes, start, end, visit)
    if (one === stop) return frames + 1
    frames += one
    start = end + 1
  }
  return frames
}

/** The first LF before `limit`, or `limit`. */
function rowEnd(bytes: Uint8Array, start: number, limit: number): number {
  const found = bytes.subarray(start, limit).indexOf(lf)
  return found < 0 ? limit : start + found
}

/** Only a quote that opens a cell, blanks before it allowed, hides line ends (RFC 4180, rule 5). */
function quotedRowEnd(bytes: Uint8Array, start: number, crEnds: boolean): number {
  let cellStart = true
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === lf || (crEnds && byte === cr)) return at
    if (byte === quote && cellStart) at = closingQuote(bytes, at)
    cellStart = byte === comma || (cellStart && (byte === space || byte === tab))
  }
  return bytes.length
}

const indexOr = (bytes: Uint8Array, byte: number, from: number) => {
  const found = bytes.indexOf(byte, from)
  return found < 0 ? bytes.length : found
}

/** Where the quoted cell ends; the last byte when it never does. A doubled quote is a quote in the cell. */
function closingQuote(bytes: Uint8Array, open: number): number {
  for (let at = bytes.indexOf(quote, open + 1); at >= 0; at = bytes.indexOf(quote, at + 2))
    if (bytes[at + 1] !== quote) return at
  return bytes.length - 1
}

function walkJson(bytes: Uint8Array, visit: Visit): number {
  let first = textStart(bytes)
  let last = bytes.length
  while (first < last && isBlank(bytes[first])) first++
  while (last > first && isBlank(bytes[last - 1])) last--
  if (first === last) return 0
  if (bytes[first] === openBracket) {
    const frames = scanArray(bytes, first, last, undefined)
    if (frames !== broken) return visit ? scanArray(bytes, first, last, visit) : frames
  }
  visit?.(first, last)
  return 1
}

const broken = -1

/** Elements of the array that spans `first` to `last`, or `broken`. Brackets inside an element are counted, not matched. */
function scanArray(bytes: Uint8Array, first: number, last: number, visit: Visit): number {
  let frames = 0
  let depth = 1
  let start = first + 1
  for (let at = start; at < last; at++) {
    const byte = bytes[at] as number
    if (byte === quote) {
      at = stringEnd(bytes, at + 1, last)
      if (at === last) return broken
    } else if (byte === openBrace || byte === openBracket) depth++
    else if (byte === closeBrace || byte === closeBracket) {
      if (--depth > 0) continue
      if (byte !== closeBracket || at !== last - 1) return broken
      return frames === 0 && blankBetween(bytes, start, at) ? 0 : element(at)
    } else if (byte === comma && depth === 1) {
      frames = element(at)
      if (frames === broken) return broken
      start = at + 1
    }
  }
  return broken

  function element(end: number): number {
    let from = start
    let to = end
    while (from < to && isBlank(bytes[from])) from++
    while (to > from && isBlank(bytes[to - 1])) to--
    if (from === to) return broken
    visit?.(from, to)
    return frames + 1
  }
}

/** Index of the quote that ends the string whose text begins at `at`, or `last`. */
function stringEnd(bytes: Uint8Array, at: number, last: number): number {
  for (; at < last; at++) {
    const byte = bytes[at]
    if (byte === quote) return at
    if (byte === backslash) at++
  }
  return last
}

function blankBetween(bytes: Uint8Array, from: number, to: number): boolean {
  while (from < to && isBlank(bytes[from])) from++
  return from === to
}
