/**
 * The 40-byte line of the peers bench, and how a row in a table leads back to it: `s00017,0012345,2026-11-23T14:05Z,1*29B1` and a line
 * end. The checksum rejects a line joined from two torn halves; every program under test checks it.
 */
import { crc16 } from '../../src/codecs/generic/line-checksum.ts'

/** With the line end. */
export const lineBytes = 40
/** Five digits name a sensor. */
export const sensorName = (sensor: number) => `s${String(sensor).padStart(5, '0')}`

/** Sensors take turns; each counts its own lines. */
export function numberedLine(number: number, sensors: number, minute: string): string {
  const seq = Math.floor(number / sensors)
  const text = `${sensorName(number % sensors)},${String(seq).padStart(7, '0')},${minute},${seq % 2}`
  return `${text}*${crc16(Buffer.from(text, 'latin1')).toString(16).toUpperCase().padStart(4, '0')}`
}

/** `2026-11-23T14:05Z` */
export const minuteOf = (now: number) => `${new Date(now).toISOString().slice(0, 16)}Z`

/** Number of the line that a row was made from; NaN when there is no such line. */
export function numberOf(sensor: string, seq: number, sensors: number): number {
  const index = /^s\d{5}$/.test(sensor) ? Number(sensor.slice(1)) : Number.NaN
  return index < sensors && Number.isInteger(seq) && seq >= 0 ? seq * sensors + index : Number.NaN
}
