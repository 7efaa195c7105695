/** Milesight EM310-UDL and EM500-UDL ultrasonic distance sensors: battery in percent, distance in mm, position. */
import { channelsIn, channelWidths, isStart } from '../milesight-channels.ts'
import type { PayloadDecoder } from '../payload.ts'

const battery = 0x75
const distance = 0x82
const widths = channelWidths([
  [0x0175, 1],
  [0x0382, 2],
  [0x0400, 1],
])
const noTarget = 0xfffd

export const milesightEm310Udl: PayloadDecoder = {
  name: 'milesight-em310-udl',
  vendors: ['milesight', 'milesightiot'],
  models: ['em310udl', 'em500udl'],
  decode(bytes) {
    const channels = channelsIn(bytes, widths)
    if (!channels) return undefined
    const charge = channels.find(({ type }) => type === battery)?.value.getUint8(0)
    const mm = channels.find(({ type }) => type === distance)?.value.getUint16(0, true)
    const measured = mm !== undefined && mm < noTarget ? { distanceMm: mm } : {}
    const measures = { ...measured, ...(charge !== undefined && charge <= 100 ? { batteryPct: charge } : {}) }
    if (channels.some(isStart)) return { kind: 'restart', measures }
    return 'distanceMm' in measured ? { measures } : { kind: 'heartbeat', measures }
  },
}
