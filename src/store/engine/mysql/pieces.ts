/** Rows with their own bytes are cut by their size, not by their number: what is sent at once stays far below a packet's limit. */

/** Frames sent to the server at once, in bytes: half the smallest packet limit in use, 1 MiB. One larger goes alone. */
const pieceBytesMax = 512 * 1024

interface Sized {
  readonly bytes: Uint8Array
  readonly head?: string
  readonly detail?: string
}

/** Numbers, names and what the protocol adds to a row. */
const rowBytes = 200
const sizeOf = ({ bytes, head = '', detail = '' }: Sized) => rowBytes + bytes.length + 2 * (head.length + detail.length)

/** Rows with frames, in pieces that fit into a packet each. */
export function* inPieces<Row extends Sized>(rows: readonly Row[]): Iterable<Row[]> {
  let piece: Row[] = []
  let bytes = 0
  for (const row of rows) {
    const size = sizeOf(row)
    if (piece.length > 0 && bytes + size > pieceBytesMax) {
      yield piece
      piece = []
      bytes = 0
    }
    piece.push(row)
    bytes += size
  }
  if (piece.length > 0) yield piece
}
