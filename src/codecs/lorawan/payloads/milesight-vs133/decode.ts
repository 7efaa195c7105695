/**
 * Milesight VS133 and VS135 people counters: four lines, each with cumulative counts in and out (u32). A device counts at one gate: its first line is read.
 * A frame of line 2, 3 or 4 alone has no count of line 1 and is a sign of life.
 */
import { channelsIn, channelWidths, isStart } from '../milesight-channels.ts'
import type { PayloadDecoder } from '../payload.ts'

const lines = [0, 3, 6, 9]
const widths = channelWidths([
  ...lines.flatMap((line) => [
    ...[0x03, 0x04, 0x11, 0x12].map((channel) => [(channel + line) * 256 + 0xd2, 4] as const),
    ...[0x05, 0x13].map((channel) => [(channel + line) * 256 + 0xcc, 4] as const),
  ]),
  // Counts and dwell times of regions, alarms.
  ...[0x0fe3, 0x1de3].map((channel) => [channel, 4] as const),
  ...[0x10e4, 0x1ee4].map((channel) => [channel, 5] as const),
  [0x50fc, 3],
])

export const milesightVs133: PayloadDecoder = {
  name: 'milesight-vs133',
  vendors: ['milesight', 'milesightiot'],
  models: ['vs133', 'vs133p', 'vs135', 'vs135p'],
  decode(bytes) {
    const channels = channelsIn(bytes, widths)
    if (!channels) return undefined
    const countOf = (channel: number) =>
      channels.find(({ id, type }) => id === channel && type === 0xd2)?.value.getUint32(0, true)
    const [countIn, countOut] = [countOf(0x03), countOf(0x04)]
    const measures = { ...(countIn === undefined ? {} : { countIn }), ...(countOut === undefined ? {} : { countOut }) }
    if (channels.some(isStart)) return { kind: 'restart', measures }
    return countIn === undefined && countOut === undefined ? { kind: 'heartbeat', measures } : { measures }
  },
}
