/**
 * Decentlab sensors, protocol version 2: version, device id (u16), flags (u16), then for each flag that is set the words (u16) of its sensor.
 */

export interface DecentlabWords {
  /** The word of a sensor; undefined where the sensor sent none. */
  word(sensor: number, index: number): number | undefined
}

/** `lengths`: words of each sensor, by flag. Undefined where the bytes are not of this form, cut short, or of another sensor. */
export function wordsOf(bytes: Uint8Array, lengths: readonly number[]): DecentlabWords | undefined {
  if (bytes[0] !== 2 || bytes.length < 7) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const flags = view.getUint16(3)
  if (flags === 0 || flags >> lengths.length !== 0) return undefined
  let end = 5
  const starts: number[] = []
  for (let sensor = 0; sensor < lengths.length; sensor++) {
    const isThere = ((flags >> sensor) & 1) === 1
    starts.push(isThere ? end : -1)
    if (isThere) end += 2 * (lengths[sensor] as number)
  }
  if (end !== bytes.length) return undefined
  return {
    word(sensor, index) {
      const start = starts[sensor] ?? -1
      return start < 0 ? undefined : view.getUint16(start + 2 * index)
    },
  }
}
