/**
 * A 48-bit hash of a text, for telling a repeated payload from a changed one. Not for secrets: two multiplicative mixes over the
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
