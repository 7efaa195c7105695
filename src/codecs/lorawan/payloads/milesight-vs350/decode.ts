/**
 * Milesight VS350 passage counter: cumulative counts in and out (u16) on channel 04, with an alarm flag on 84; counts of a period on 05 and 85 are no
 * cumulative counts. Past values (20 CE) are no present ones.
 */
import type { Measures } from '../../../../domain/reading.ts'
import { type Channel, channelsIn, channelWidths, isStart, measuresIn } from '../milesight-channels.ts'
import { type PayloadDecoder, temperature } from '../payload.ts'

const widths = channelWidths([
  [0x0175, 1],
  [0x0367, 2],
  [0x8367, 3],
  ...[0x04cc, 0x05cc, 0x0aef].map((channel) => [channel, 4] as const),
  ...[0x84cc, 0x85cc].map((channel) => [channel, 5] as const),
])

export const milesightVs350: PayloadDecoder = {
  name: 'milesight-vs350',
  vendors: ['milesight', 'milesightiot'],
  models: ['vs350'],
  decode(bytes) {
    if (bytes[0] === 0x20 && bytes[1] === 0xce) return { kind: 'heartbeat', measures: {} }
    const channels = channelsIn(bytes, widths)
    if (!channels) return undefined
    const measures = measuresIn(channels, measureIn)
    if (channels.some(isStart)) return { kind: 'restart', measures }
    return measures.countIn === undefined ? { kind: 'heartbeat', measures } : { measures }
  },
}

function measureIn({ id, type, value }: Channel): Measures {
  if (type === 0x75) return value.getUint8(0) <= 100 ? { batteryPct: value.getUint8(0) } : {}
  if (type === 0x67) return temperature(value.getInt16(0, true) / 10)
  if (type !== 0xcc || (id & 0x7f) !== 0x04) return {}
  return { countIn: value.getUint16(0, true), countOut: value.getUint16(2, true) }
}
