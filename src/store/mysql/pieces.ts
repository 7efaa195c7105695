/** Rows with bytes of their own are cut by their size, not by their number: what is sent at once stays far below a packet's limit. */

/** Frames sent to the server at once, in bytes; one larger goes alone. */
const pieceBytesMax = 4 * 1024 * 1024

/** Rows with frames, in pieces that fit into a packet each. */
export function* inPieces<Row extends { readonly bytes: Uint8Array }>(rows: readonly Row[]): Iterable<Row[]> {
  let piece: Row[] = []
  let bytes = 0
  for (const row of rows) {
    if (piece.length > 0 && bytes + row.bytes.length > pieceBytesMax) {
      yield piece
      piece = []
      bytes = 0
    }
    piece.push(row)
    bytes += row.bytes.length
  }
  if (piece.length > 0) yield piece
}
