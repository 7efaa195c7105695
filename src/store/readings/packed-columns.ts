/**
 * Columns of integers packed into bytes, each as narrow as its own range allows. Little-endian:
 *
 *   for each column: u8 width (1, 2, 4 or 8 bytes a value) | f64 lowest | values, as unsigned distance from the lowest
 *
 * A column whose range needs more than four bytes is kept as doubles, which hold every safe integer.
 */

export type Columns = readonly Float64Array[]

const headBytes = 9
const widthOf = (range: number) => (range < 0x100 ? 1 : range < 0x1_0000 ? 2 : range < 0x1_0000_0000 ? 4 : 8)

export function packColumns(columns: Columns): Uint8Array {
  const shapes = columns.map((values) => {
    let min = Number.POSITIVE_INFINITY
    let max = Number.NEGATIVE_INFINITY
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number
      if (value < min) min = value
      if (value > max) max = value
    }
    const width = values.length === 0 ? 1 : widthOf(max - min)
    return { values, width, base: width === 8 || values.length === 0 ? 0 : min }
  })
  const bytes = new Uint8Array(shapes.reduce((sum, { values, width }) => sum + headBytes + width * values.length, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const { values, width, base } of shapes) {
    bytes[at] = width
    view.setFloat64(at + 1, base, true)
    at += headBytes
    const value = (i: number) => (values[i] as number) - base
    const to = at + width * values.length
    if (width === 1) for (let i = 0; at < to; at++) bytes[at] = value(i++)
    else if (width === 2) for (let i = 0; at < to; at += 2) view.setUint16(at, value(i++), true)
    else if (width === 4) for (let i = 0; at < to; at += 4) view.setUint32(at, value(i++), true)
    else for (let i = 0; at < to; at += 8) view.setFloat64(at, value(i++), true)
  }
  return bytes
}

/** Reads what `packColumns` made, `count` columns of `rows` values, without unpacking: of many rows only a few are wanted. */
export function packedColumns(bytes: Uint8Array, count: number, rows: number): ((row: number) => number)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let end = 0
  return Array.from({ length: count }, () => {
    const width = bytes[end] as number
    const base = view.getFloat64(end + 1, true)
    const at = end + headBytes
    end = at + width * rows
    if (width === 1) return (row) => base + (bytes[at + row] as number)
    if (width === 2) return (row) => base + view.getUint16(at + row * 2, true)
    if (width === 4) return (row) => base + view.getUint32(at + row * 4, true)
    return (row) => view.getFloat64(at + row * 8, true)
  })
}
