/**
 * Cuts the bytes of a port into frames of a serial framing. Every byte lies in one frame or in noise, except the ends between frames; LF is such an end too
 * where CR is one. A frame keeps its length bytes.
 */
import { endOf, lengthBytes, lengthIn, type SerialFraming } from '../../lib/serial-framing.ts'
import { lineBytesMax } from '../line-splitter.ts'

export interface FramePiece {
  readonly kind: 'frame' | 'noise'
  readonly bytes: Buffer
}

export interface FrameSplitter {
  push(chunk: Buffer): FramePiece[]
  /** The line was quiet: what has no end yet is none, and the next byte begins a frame. Only where a length comes first. */
  quiet(): FramePiece[]
  /** Bytes of a frame that has not ended. */
  rest(): Buffer
}

export interface FrameSplitterOptions {
  readonly framing: SerialFraming
  /** The first frame after opening may have begun before it. */
  readonly firstIsPartial: () => boolean
}

const lf = 0x0a
const none = Buffer.alloc(0)

export const createFrameSplitter = (options: FrameSplitterOptions): FrameSplitter => {
  const end = endOf[options.framing]
  return end === undefined ? splitByLength(options) : splitByEnd(options, end)
}

/** The first frame may have begun before the port was opened; `whole`: an end was seen, so what follows begins here. */
function createJudge({ firstIsPartial }: FrameSplitterOptions) {
  let first = true
  return {
    whole() {
      first = false
    },
    piece(bytes: Buffer): FramePiece {
      const partial = first && firstIsPartial()
      first = false
      return { kind: partial ? 'noise' : 'frame', bytes }
    },
  }
}

function splitByEnd(options: FrameSplitterOptions, end: number): FrameSplitter {
  const judge = createJudge(options)
  const skipsLf = options.framing === 'cr'
  let carry: Buffer = none
  let overlong = false
  return {
    push(chunk) {
      const data = carry.length > 0 ? Buffer.concat([carry, chunk]) : chunk
      const pieces: FramePiece[] = []
      let start = 0
      for (let at = data.indexOf(end); at >= 0; at = data.indexOf(end, start)) {
        const frame = data.subarray(skipsLf && data[start] === lf ? start + 1 : start, at)
        start = at + 1
        if (overlong || frame.length > lineBytesMax) {
          if (frame.length > 0) pieces.push({ kind: 'noise', bytes: frame })
          overlong = false
        } else if (frame.length > 0) pieces.push(judge.piece(frame))
        else judge.whole()
      }
      carry = Buffer.from(data.subarray(start))
      if (carry.length > lineBytesMax || (overlong && carry.length > 0)) {
        pieces.push({ kind: 'noise', bytes: carry })
        carry = none
        overlong = true
      }
      return pieces
    },
    quiet: () => [],
    rest: () => carry,
  }
}

function splitByLength(options: FrameSplitterOptions): FrameSplitter {
  const { framing } = options
  const judge = createJudge(options)
  const head = lengthBytes(framing)
  let carry: Buffer = none
  return {
    push(chunk) {
      const data = carry.length > 0 ? Buffer.concat([carry, chunk]) : chunk
      const pieces: FramePiece[] = []
      let start = 0
      while (data.length - start >= head) {
        const stop = start + head + lengthIn(framing, data, start)
        if (stop > data.length) break
        if (stop > start + head) pieces.push(judge.piece(data.subarray(start, stop)))
        start = stop
      }
      carry = Buffer.from(data.subarray(start))
      return pieces
    },
    quiet() {
      judge.whole()
      const cut = carry
      carry = none
      return cut.length > 0 ? [{ kind: 'noise', bytes: cut }] : []
    },
    rest: () => carry,
  }
}
