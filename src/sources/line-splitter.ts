/**
 * Cuts a stream of bytes into blocks of whole lines, by scanning only. A line that is too long is noise, and so is one that names
 * the CSV columns of the lines after it (its first cell is literally `device`): the names go with those lines.
 */
import { countFrames } from '../lib/frames.ts'

/** Longer than any reading; a stream without line ends is noise and no reason to hold memory. */
export const lineBytesMax = 64 * 1024

/**
 * - `lines`: whole lines with their ends, to be framed as `lines`; `lines` counts those that are frames.
 * - `noise`: bytes no framer can use; `lines` is 1 when a line begins in them, else 0.
 */
export type Piece =
  | { readonly kind: 'lines'; readonly bytes: Buffer; readonly lines: number; readonly columns: string | undefined }
  | { readonly kind: 'noise'; readonly bytes: Buffer; readonly lines: 0 | 1 }

/** What is left of a line, its end included, and what is not part of it. */
export interface Sifted {
  readonly kept: Buffer
  readonly noise: Buffer
}

export interface LineSplitterOptions {
  /** Looks at each line; undefined takes it as it is. For lines that can carry what no sensor has sent, as serial ones do. */
  readonly sift?: (line: Buffer) => Sifted | undefined
}

export interface LineSplitter {
  push(chunk: Buffer): Piece[]
  /** Bytes of a line that has not ended. */
  rest(): Buffer
}

const lf = 10

export function createLineSplitter({ sift }: LineSplitterOptions = {}): LineSplitter {
  let carry = Buffer.alloc(0)
  let columns: string | undefined
  /** Within a line that is too long: its bytes are noise up to its end. */
  let overlong = false

  function push(chunk: Buffer): Piece[] {
    const data = carry.length > 0 ? Buffer.concat([carry, chunk]) : chunk
    const pieces: Piece[] = []
    let blockStart = 0
    let start = 0
    const block = (bytes: Buffer) => {
      const lines = countFrames('lines', bytes)
      if (lines > 0) pieces.push({ kind: 'lines', bytes, lines, columns })
    }
    /** Ends the block of lines before this one, which is handled alone. */
    const leaveOut = (end: number): Buffer => {
      if (start > blockStart) block(data.subarray(blockStart, start))
      const bytes = data.subarray(start, end)
      blockStart = end
      start = end
      return bytes
    }
    const noise = (bytes: Buffer, lines: 0 | 1) => pieces.push({ kind: 'noise', bytes, lines })
    const single = (line: Buffer) => {
      if (!namesColumns(line)) return block(line)
      noise(line, 1)
      columns = line.toString().trim()
    }
    for (let end = data.indexOf(lf); end >= 0; end = data.indexOf(lf, start)) {
      if (overlong || end - start > lineBytesMax) {
        noise(leaveOut(end + 1), overlong ? 0 : 1)
        overlong = false
        continue
      }
      const line = data.subarray(start, end + 1)
      const sifted = sift?.(line)
      if (sifted) {
        leaveOut(end + 1)
        if (sifted.noise.length > 0) noise(sifted.noise, sifted.kept.length > 0 ? 0 : 1)
        single(sifted.kept)
      } else if (namesColumns(line)) single(leaveOut(end + 1))
      else start = end + 1
    }
    if (overlong || data.length - start > lineBytesMax) {
      if (start < data.length) noise(leaveOut(data.length), overlong ? 0 : 1)
      overlong = true
    } else if (start > blockStart) block(data.subarray(blockStart, start))
    // Copied, so that a short rest does not keep the whole chunk in memory.
    carry = Buffer.from(data.subarray(start))
    return pieces
  }

  return { push, rest: () => carry }
}

const firstBytes = new Set([...'dD" \t'].map((letter) => letter.charCodeAt(0)).concat(0xef))

/** `device=A-017,...` is a reading; `device,seq,...` names columns. */
function namesColumns(line: Buffer): boolean {
  return firstBytes.has(line[0] ?? 0) && /^\uFEFF?\s*"?device"?\s*,/i.test(line.toString('utf8', 0, 32))
}
