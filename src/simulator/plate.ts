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

/** A plate near the usual proportions, with an even number of rows where there are enough, so that every pair is whole. */
export function shapePlate(bays: number): PlateShape {
  const shapes = [1, ...Array.from({ length: 30 }, (_, i) => 2 * i + 2)].map((rows) =>
    plateOf(rows, Math.max(1, Math.ceil(bays / rows))),
  )
  const off = ({ w, h }: PlateShape) => Math.abs(Math.log(w / h / aspect))
  return shapes.reduce((best, shape) => (off(shape) < off(best) ? shape : best))
}

/** A plate of a given width: plates of many sizes then stand in columns. */
export const shapeRows = (bays: number, perRow: number): PlateShape =>
  plateOf(Math.max(1, Math.ceil(bays / perRow)), perRow)

const plateOf = (rows: number, perRow: number): PlateShape => ({
  rows,
  perRow,
  w: perRow * bayW + 2 * marginX,
  h: rowY(rows - 1) + bayH + marginBottom,
})

/** Place of bay number `index` on its plate, relative to the plate's corner. */
export function bayPlace({ perRow }: PlateShape, index: number): { x: number; y: number; row: number; column: number } {
  const row = Math.floor(index / perRow)
  const column = index % perRow
  return { x: marginX + column * bayW, y: rowY(row), row, column }
}

/** Row 0 lies at the wall; then an aisle, two rows back to back, an aisle, and so on. */
const rowY = (row: number): number => marginTop + row * bayH + Math.floor((row + 1) / 2) * aisleH
