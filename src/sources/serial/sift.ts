/**
 * What a serial line carries that no sensor sent as a reading goes to noise, kept raw:
 * - the line that was already being sent when the port was opened: cut short it could read as another value than was meant;
 * - what a board prints while it starts: lines before the first one that can be a reading;
 * - NUL and 0xFF at the start of a line, as resets and idle levels leave them, and a byte order mark;
 * - ANSI codes (colours of log lines) anywhere.
 * Inside a line nothing else is touched: a damaged reading must not turn into a whole one.
 */
import type { Sifted } from '../line-splitter.ts'

const esc = 0x1b
/** ECMA-48: control sequences, and two-byte escapes. In latin1, so that bytes and characters are the same. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const ansi = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])/g
const leadingJunk = /^(?:[\0\xff]|\xef\xbb\xbf)+/
const nothing = Buffer.alloc(0)

export interface SiftOptions {
  /** The first line after opening may have begun before it. */
  readonly firstIsPartial: () => boolean
  /** Lines of prose and rows of one column have no form that is known here: none of them is taken for what a board prints while it starts. */
  readonly anyLine?: boolean
}

export function createSift({ firstIsPartial, anyLine = false }: SiftOptions): (line: Buffer) => Sifted | undefined {
  let first = true
  let started = anyLine
  return (line) => {
    const partial = first && firstIsPartial()
    first = false
    if (partial) return isBlank(line) ? undefined : { kept: nothing, noise: line }
    const cleaned = isClean(line) ? undefined : clean(line)
    const kept = cleaned?.kept ?? line
    started ||= looksLikeReading(kept)
    if (!started && !isBlank(kept)) return { kept: nothing, noise: line }
    return cleaned
  }
}

const isClean = (line: Buffer) => {
  const byte = line[0]
  return byte !== 0 && byte !== 0xff && byte !== 0xef && !line.includes(esc)
}

function clean(line: Buffer): Sifted | undefined {
  const removed: string[] = []
  const cut = (match: string) => {
    removed.push(match)
    return ''
  }
  let text = line.toString('latin1').replace(ansi, cut)
  text = text.replace(leadingJunk, cut)
  if (removed.length === 0) return undefined
  const noise = Buffer.from(removed.join(''), 'latin1')
  return { kept: text.trim() === '' ? nothing : Buffer.from(text, 'latin1'), noise }
}

const isBlank = (line: Buffer) => line.toString('latin1').trim() === ''

/** Every form of a reading has one of these; boot banners mostly have none, and those that do are answered for as dead letters. */
const looksLikeReading = (line: Buffer) => /[{[=,]/.test(line.toString('latin1'))
