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

export interface LineSplitter {
  push(chunk: Buffer): Piece[]
  /** Bytes of a line that has not ended. */
  rest(): Buffer
}

const lf = 10

export function createLineSplitter(): LineSplitter {
  let carry = Buffer.alloc(0)
  let columns: string | undefined
  /** Within a line that is too long: its bytes are noise up to its end. */
  let overlong = false

  function push(chunk: Buffer): Piece[] {
    const data = carry.length > 0 ? Buffer.concat([carry, chunk]) : chunk
    const pieces: Piece[] = []
    let blockStart = 0
    let start = 0
    const closeBlock = (end: number) => {
      const bytes = data.subarray(blockStart, end)
      const lines = countFrames('lines', bytes)
      if (lines > 0) pieces.push({ kind: 'lines', bytes, lines, columns })
    }
    const noise = (end: number) => {
      closeBlock(start)
      pieces.push({ kind: 'noise', bytes: data.subarray(start, end), lines: overlong ? 0 : 1 })
      blockStart = end
      start = end
    }
    for (let end = data.indexOf(lf); end >= 0; end = data.indexOf(lf, start)) {
      if (overlong || end - start > lineBytesMax) {
        noise(end + 1)
        overlong = false
      } else if (mayNameColumns(data[start]) && namesColumns(data, start, end)) {
        const names = data.toString('utf8', start, end).trim()
        noise(end + 1)
        columns = names
      } else start = end + 1
    }
    if (overlong || data.length - start > lineBytesMax) {
      if (start < data.length) noise(data.length)
      overlong = true
    } else closeBlock(start)
    // Copied, so that a short rest does not keep the whole chunk in memory.
    carry = Buffer.from(data.subarray(start))
    return pieces
  }

  return { push, rest: () => carry }
}

const firstBytes = new Set([...'dD" \t'].map((letter) => letter.charCodeAt(0)).concat(0xef))
const mayNameColumns = (byte: number | undefined) => byte !== undefined && firstBytes.has(byte)

/** `device=A-017,...` is a reading; `device,seq,...` names columns. */
function namesColumns(data: Buffer, start: number, end: number): boolean {
  return /^\uFEFF?\s*"?device"?\s*,/i.test(data.toString('utf8', start, Math.min(end, start + 32)))
}
