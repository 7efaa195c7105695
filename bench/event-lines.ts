/**
 * Batches of readings as lines of JSON, about 110 bytes each, made by writing numbers into a text that stays: the generator must cost
 * far less than what it measures. Every device counts up from `firstSeq` without a gap, so that what is stored can be checked.
 */
export const firstSeq = 1_000_000
const deviceDigits = 6
const seqDigits = 7

export interface LineMaker {
  /** The next `count` events of these devices, in turn. Valid until the next call. */
  next(count: number): Buffer
}

/** Devices `from`, `from + step`, ... below `to`. */
export function createLines({ from, to, step }: { from: number; to: number; step: number }): LineMaker {
  const devices = Math.ceil((to - from) / step)
  let written = 0
  let bytes = Buffer.alloc(0)
  let places: number[] = []
  let seqAt = 0
  let timeAt = 0

  function make(count: number) {
    const line = (i: number) =>
      `{"device":"S-${'0'.repeat(deviceDigits)}","seq":${'0'.repeat(seqDigits)},"time":"2026-01-01T00:00:00.000Z","occupied":${i % 3 === 0},"battery_v":3.${50 + (i % 7)},"rssi_dbm":-${70 + (i % 30)}}\n`
    const lines = Array.from({ length: count }, (_, i) => line(i))
    bytes = Buffer.from(lines.join(''), 'latin1')
    places = []
    let at = 0
    for (const text of lines) {
      places.push(at)
      at += text.length
    }
    seqAt = (lines[0] as string).indexOf('"seq":') + 6
    timeAt = (lines[0] as string).indexOf('"time":"') + 8
  }

  return {
    next(count) {
      if (places.length !== count) make(count)
      const time = Buffer.from(new Date().toISOString(), 'latin1')
      for (const place of places) {
        const device = from + (written % devices) * step
        digits(bytes, place + 13, deviceDigits, device)
        digits(bytes, place + seqAt, seqDigits, firstSeq + Math.floor(written / devices))
        time.copy(bytes, place + timeAt)
        written++
      }
      return bytes
    },
  }
}

function digits(bytes: Buffer, at: number, count: number, value: number) {
  for (let i = at + count - 1; i >= at; i--) {
    bytes[i] = 48 + (value % 10)
    value = Math.floor(value / 10)
  }
}
