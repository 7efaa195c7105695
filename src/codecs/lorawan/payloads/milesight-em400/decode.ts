/**
 * Milesight EM400-MUD and EM400-UDL (ultrasonic, time of flight) and EM410-RDL (radar): battery in percent, temperature, distance in mm, position. The same
 * values come with an alarm flag on channels 83 and 84, a jump of the distance on 94, its failure on B4; FFFD and above are no target and a fault of the sensor.
 */
import type { Measures } from '../../../../domain/reading.ts'
import { type Channel, channelsIn, channelWidths, isStart, measuresIn } from '../milesight-channels.ts'
import { type PayloadDecoder, temperature } from '../payload.ts'

const widths = channelWidths([
  ...([0x0175, 0x0500] as const).map((channel) => [channel, 1] as const),
  ...([0x0367, 0x0482, 0x06c7] as const).map((channel) => [channel, 2] as const),
  ...([0x8367, 0x8482, 0xb482] as const).map((channel) => [channel, 3] as const),
  [0x9482, 5],
  // Past values, with their time: they are no present ones.
  [0x20ce, 11],
])
const noDistanceFrom = 0xfffd
const noTemperatureFrom = 0xfffd

export const milesightEm400: PayloadDecoder = {
  name: 'milesight-em400',
  vendors: ['milesight', 'milesightiot'],
  models: ['em400mud', 'em400udl', 'em400tld', 'em410rdl'],
  decode(bytes) {
    const channels = channelsIn(bytes, widths)
    if (!channels) return undefined
    const measures = measuresIn(channels, measureIn)
    if (channels.some(isStart)) return { kind: 'restart', measures }
    return measures.distanceMm === undefined ? { kind: 'heartbeat', measures } : { measures }
  },
}

function measureIn({ id, type, value }: Channel): Measures {
  if (type === 0x75) return value.getUint8(0) <= 100 ? { batteryPct: value.getUint8(0) } : {}
  if (type === 0x67)
    return value.getUint16(0, true) >= noTemperatureFrom ? {} : temperature(value.getInt16(0, true) / 10)
  // Channel B4 reports that the distance could not be measured.
  if (type !== 0x82 || id === 0xb4) return {}
  const mm = value.getUint16(0, true)
  return mm < noDistanceFrom ? { distanceMm: mm } : {}
}
