/** Checks of messages: CRC-16/CCITT-FALSE, CRC-16/MODBUS, CRC-32 (IEEE 802.3). */
import { crc32 as zlibCrc32 } from 'node:zlib'

/** Polynomial 0x1021, start 0xFFFF. */
export function crc16Ccitt(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff
  }
  return crc
}

/** Polynomial 0x8005 reflected, start 0xFFFF; the low byte goes first on the wire. */
export function crc16Modbus(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1
  }
  return crc
}

export const crc32 = (bytes: Uint8Array): number => zlibCrc32(bytes)
