/** A first layout of plain rows, as a newcomer describes it. Pure. */
import type { LayoutDocument } from '@baykeeper/contract/layout.ts'

export interface Grid {
  readonly city: string
  readonly lot: string
  readonly level: string
  readonly zone: string
  readonly rows: number
  readonly perRow: number
}

export const rowsMax = 26
export const perRowMax = 500

const bayW = 2.5
const bayH = 5
const aisle = 6
const margin = 2

/** "A-01": rows are letters. */
export function bayIds({ rows, perRow }: Pick<Grid, 'rows' | 'perRow'>): string[][] {
  const digits = Math.max(2, String(perRow).length)
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: perRow }, (_, k) => `${String.fromCharCode(65 + row)}-${String(k + 1).padStart(digits, '0')}`),
  )
}

/** Two rows stand back to back, then comes an aisle. */
const topOf = (row: number) => margin + row * bayH + Math.ceil(row / 2) * aisle

export function gridLayout(grid: Grid): LayoutDocument {
  const { city, lot, level, zone, rows, perRow } = grid
  const bays = bayIds(grid).flatMap((ids, row) => ids.map((id, k) => ({ id, x: margin + k * bayW, y: topOf(row) })))
  const size = { w: perRow * bayW + 2 * margin, h: topOf(rows - 1) + bayH + margin }
  return {
    ...{ name: city, bay_w: bayW, bay_h: bayH },
    sites: [
      {
        ...{ id: idOf(lot), name: lot, zone },
        levels: [{ id: `${idOf(lot)}-1`, name: level, x: 0, y: 0, ...size, zones: [], bays }],
      },
    ],
  }
}

/** An id that looks like the name and may stand in any address. */
export function idOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return plain.slice(0, 64) || 'lot'
}
