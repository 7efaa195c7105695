/**
 * Milesight sensors send channels one behind the other: number, type, value (little-endian). A frame is read whole or not at all: behind a
 * channel of unknown length nothing can be read, and what stands before it is no reason to drop the rest.
 */
import type { Measures } from '../../../domain/reading.ts'

export interface Channel {
  readonly id: number
  readonly type: number
  readonly value: DataView
}

/** Bytes of a value by channel and type, `0x0175` for channel 01 and type 75. */
export type ChannelWidths = ReadonlyMap<number, number>

/** What every model of the vendor may send beside its measures: versions, serial number, class, status; and answers to settings. */
const common: readonly (readonly [channel: number, width: number])[] = [
  ...[0xff01, 0xff0b, 0xff0f, 0xfffe, 0xfe10, 0xff10, 0xfe28, 0xff28].map((channel) => [channel, 1] as const),
  ...[0xff09, 0xff0a, 0xffff, 0xff03, 0xfe03, 0xfe02].map((channel) => [channel, 2] as const),
  ...[0xfe8e, 0xff8e].map((channel) => [channel, 3] as const),
  ...[0xff1f].map((channel) => [channel, 4] as const),
  ...[0xff16].map((channel) => [channel, 8] as const),
]

/** Made once for a model: building it for each frame costs more than the frame. */
export const channelWidths = (own: readonly (readonly [channel: number, width: number])[]): ChannelWidths =>
  new Map([...common, ...own])

/** The sensor was switched on, or has reset. */
export const isStart = ({ id, type }: Channel): boolean => id === 0xff && (type === 0x0b || type === 0xfe)

/** Undefined where a channel is not known, is cut short, or there is none. */
export function channelsIn(bytes: Uint8Array, widths: ChannelWidths): readonly Channel[] | undefined {
  const found: Channel[] = []
  for (let at = 0; at < bytes.length; ) {
    const id = bytes[at] as number
    const type = bytes[at + 1] ?? 0
    const width = widths.get(id * 256 + type)
    if (width === undefined || at + 2 + width > bytes.length) return undefined
    found.push({ id, type, value: new DataView(bytes.buffer, bytes.byteOffset + at + 2, width) })
    at += 2 + width
  }
  return found.length === 0 ? undefined : found
}

/** What all channels measure together. */
export function measuresIn(channels: readonly Channel[], read: (channel: Channel) => Measures): Measures {
  const all: Measures = {}
  for (const channel of channels) Object.assign(all, read(channel))
  return all
}
