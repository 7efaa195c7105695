/**
 * Geometry of one level as people draw car parks: rows of bays in pairs back to back, an aisle between the pairs. Metres, x to
 * the right, y down.
 */
export const bayW = 2.5
export const bayH = 5
const aisleH = 6
const marginX = 4
const marginTop = 7
const marginBottom = 4
/** Width of a plate in its height: five plates side by side and four below one another fill a screen. */
const aspect = 1.05

export interface PlateShape {
  readonly rows: number
  readonly perRow: number
  readonly w: number
  readonly h: number
}

/** Rows and bays in a row for `bays` bays: an even number of rows where there are enough, so that every pair is whole. */
export function shapePlate(bays: number): PlateShape {
  let best: PlateShape | undefined
  let bestBy = Number.POSITIVE_INFINITY
  for (let rows = 1; rows <= 60; rows += rows === 1 ? 1 : 2) {
    const perRow = Math.max(1, Math.ceil(bays / rows))
    const w = perRow * bayW + 2 * marginX
    const h = rowY(rows - 1) + bayH + marginBottom
    const off = Math.abs(Math.log(w / h / aspect))
    if (off < bestBy) {
      bestBy = off
      best = { rows, perRow, w, h }
    }
  }
  return best as PlateShape
}

/** Place of bay number `index` on its plate, relative to the plate's corner. */
export function bayPlace({ perRow }: PlateShape, index: number): { x: number; y: number; row: number; column: number } {
  const row = Math.floor(index / perRow)
  const column = index % perRow
  return { x: marginX + column * bayW, y: rowY(row), row, column }
}

/** Row 0 lies at the wall; then an aisle, two rows back to back, an aisle, and so on. */
const rowY = (row: number): number => marginTop + row * bayH + Math.floor((row + 1) / 2) * aisleH
