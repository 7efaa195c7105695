/**
 * A 48-bit hash of a text, to distinguish a repeated payload from a changed one. Not for secrets: two multiplicative mixes over the
 * UTF-16 units, as in the public-domain cyrb53. Chance of a false match for one pair: 2^-48.
 */
export function hash48(text: string): number {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 2_654_435_761)
    b = Math.imul(b ^ unit, 1_597_334_677)
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909)
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909)
  return (b & 0xffff) * 0x1_0000_0000 + (a >>> 0)
}

/** The same mix over numbers and texts, each in its place, without making a text of them. One at a time: it is not reentrant. */
export interface RunningHash {
  number(value: number | undefined): void
  text(value: string | undefined): void
  /** 48 bits. */
  end(): number
}

const double = new Float64Array(1)
const halves = new Uint32Array(double.buffer)
/** Not a bit pattern that a number has. */
const absent = 0xfff8_dead
let laneA = 0
let laneB = 0

function mix(unit: number) {
  laneA = Math.imul(laneA ^ unit, 2_654_435_761)
  laneA ^= laneA >>> 15
  laneB = Math.imul(laneB ^ unit, 1_597_334_677)
  laneB ^= laneB >>> 13
}

const running: RunningHash = {
  number(value) {
    if (value === undefined) return mix(absent)
    double[0] = value
    mix(halves[0] as number)
    mix(halves[1] as number)
  },
  text(value) {
    if (value === undefined) return mix(absent)
    mix(value.length)
    for (let i = 0; i < value.length; i++) mix(value.charCodeAt(i))
  },
  end() {
    const a = Math.imul(laneA ^ (laneA >>> 16), 2_246_822_507) ^ Math.imul(laneB ^ (laneB >>> 13), 3_266_489_909)
    const b = Math.imul(laneB ^ (laneB >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909)
    return (b & 0xffff) * 0x1_0000_0000 + (a >>> 0)
  },
}

export function startHash(): RunningHash {
  laneA = 0xdeadbeef
  laneB = 0x41c6ce57
  return running
}
