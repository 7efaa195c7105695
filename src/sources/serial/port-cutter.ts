/** How the bytes of one port become deliveries: by its settings, lines as blocks, every other framing a frame at a time. */
import type { SerialCheck, SerialFraming } from '../../lib/serial-framing.ts'
import { createLineSplitter } from '../line-splitter.ts'
import type { Delivery } from '../source.ts'
import { createFrameSplitter } from './frame-splitter.ts'
import { createSift } from './sift.ts'

export interface CutterSettings {
  readonly codec?: string
  /** `required`: a line without a checksum is kept aside by the codec. */
  readonly checksum?: 'optional' | 'required' | 'crc32'
  readonly framing?: 'lines' | SerialFraming | undefined
  readonly check?: SerialCheck | undefined
  readonly columns?: string | undefined
  readonly device?: string | undefined
  readonly patterns?: readonly string[] | undefined
  readonly time?: 'trust'
}

export type Cut = { readonly delivery: Delivery } | { readonly noise: Buffer }

export interface PortCutter {
  push(chunk: Buffer): Cut[]
  /** Nothing came for longer than a message has a gap. */
  quiet(): Cut[]
  /** Bytes of a message that has not ended. */
  rest(): Buffer
}

/** `firstIsPartial`: the first message after opening may have begun before it. */
export function createPortCutter(settings: CutterSettings, firstIsPartial: () => boolean): PortCutter {
  const { framing = 'lines' } = settings
  return framing === 'lines' ? cutLines(settings, firstIsPartial) : cutFrames(framing, settings, firstIsPartial)
}

/** What the codec needs to read a message again later; it travels with the bytes. */
function metaOf({ checksum, device, columns, patterns }: CutterSettings): Record<string, string> {
  return {
    ...(checksum === 'required' || checksum === 'crc32' ? { checksum } : {}),
    ...(device === undefined ? {} : { device }),
    ...(columns === undefined ? {} : { columns }),
    ...(patterns ? { patterns: JSON.stringify(patterns) } : {}),
  }
}

function cutLines(settings: CutterSettings, firstIsPartial: () => boolean): PortCutter {
  const { codec = settings.patterns ? 'serial-frame' : 'generic', time, patterns, columns } = settings
  const splitter = createLineSplitter({
    sift: createSift({ firstIsPartial, anyLine: patterns !== undefined || columns?.includes(',') === false }),
  })
  const own = metaOf(settings)
  return {
    push: (chunk) =>
      splitter.push(chunk).map((piece) => {
        const { bytes, lines: frames } = piece
        if (piece.kind === 'noise') return { noise: bytes }
        const meta = { ...own, ...(piece.columns === undefined ? {} : { columns: piece.columns }) }
        return { delivery: { framing: 'lines', codec, meta, ...(time ? { time } : {}), bytes, frames } }
      }),
    quiet: () => [],
    rest: () => splitter.rest(),
  }
}

function cutFrames(framing: SerialFraming, settings: CutterSettings, firstIsPartial: () => boolean): PortCutter {
  const { codec = 'serial-frame', check = 'none', time } = settings
  const splitter = createFrameSplitter({ framing, firstIsPartial })
  const meta = { wire: framing, ...(check === 'none' ? {} : { check }), ...metaOf(settings) }
  const cut = (pieces: ReturnType<typeof splitter.push>) =>
    pieces.map(
      ({ kind, bytes }): Cut =>
        kind === 'noise'
          ? { noise: bytes }
          : { delivery: { framing: 'whole', codec, meta, ...(time ? { time } : {}), bytes, frames: 1 } },
    )
  return {
    push: (chunk) => cut(splitter.push(chunk)),
    quiet: () => cut(splitter.quiet()),
    rest: () => splitter.rest(),
  }
}
