/**
 * Pepperl+Fuchs WILSEN.sonic: length, identifier (u16), value, one behind the other, big-endian. Distance is 0B02 in mm or 0B01 in cm, temperature 0201 (float),
 * battery 5101 in tenths of a volt. FFFF is no echo. Its counters count messages.
 */
import type { Measures } from '../../../../domain/reading.ts'
import { type PayloadDecoder, temperature } from '../payload.ts'

const noEcho = 0xffff

export const pepperlFuchsWilsen: PayloadDecoder = {
  name: 'pepperl-fuchs-wilsen',
  vendors: ['pepperlfuchs'],
  models: ['wilsensonicdistance', 'wilsensoniclevel', 'wilsensonic'],
  decode(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const found = new Map<number, DataView>()
    for (let at = 0; at < bytes.length; ) {
      const length = view.getUint8(at)
      if (length < 3 || at + 1 + length > bytes.length) return undefined
      found.set(view.getUint16(at + 1), new DataView(bytes.buffer, bytes.byteOffset + at + 3, length - 2))
      at += 1 + length
    }
    if (found.size === 0) return undefined
    const mm = distanceOf(found)
    const warmth = found.get(0x0201)
    const battery = found.get(0x5101)
    const measures: Measures = {
      ...(mm === undefined ? {} : { distanceMm: mm }),
      ...(warmth?.byteLength === 4 ? temperature(Math.round(warmth.getFloat32(0) * 10) / 10) : {}),
      ...(battery?.byteLength === 1 ? { batteryV: battery.getUint8(0) / 10 } : {}),
    }
    return mm === undefined ? { kind: 'heartbeat', measures } : { measures }
  },
}

function distanceOf(found: ReadonlyMap<number, DataView>): number | undefined {
  const [mm, cm] = [found.get(0x0b02), found.get(0x0b01)].map((value) =>
    value?.byteLength === 2 && value.getUint16(0) !== noEcho ? value.getUint16(0) : undefined,
  )
  return mm ?? (cm === undefined ? undefined : cm * 10)
}
