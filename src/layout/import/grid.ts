/** Bays in rows, from a few numbers: pairs of rows back to back with an aisle between the pairs. Pure. */
import type { BayType } from '@baykeeper/contract/vocabulary.ts'
import { bayTypeNamed } from './bay-type-names.ts'
import { type Imported, type ImportedBay, importNotes } from './imported.ts'
import { millimetres } from './projection.ts'

export interface Grid {
  readonly rows: number
  /** Bays in a row. */
  readonly columns: number
  /** Between a bay and the aisle, degrees: 90 stands across it, 60 or 45 is slanted, 0 is along a kerb. */
  readonly angle: number
  /** Width of an aisle, metres. */
  readonly aisle: number
  /** Size of a bay, metres. */
  readonly w: number
  readonly h: number
  /** Upper left corner of the whole, metres. */
  readonly x: number
  readonly y: number
  /**
   * Of ids: `{n}` counts all bays, `{row}` and `{col}` from 1, `{ROW}` rows as letters; `{n:3}` with leading zeros. One bay of a number
   * has one id, so a pattern names each bay.
   */
  readonly pattern: string
  /** First number of `{n}`. */
  readonly start: number
  /** Every second row is numbered backwards, as one walks along the aisle and back. */
  readonly isSerpentine: boolean
  /** Types by number, as `disabled:1-4,ev:9,ev:12-15`; the others are standard. */
  readonly types: string
}

export const usualGrid: Grid = {
  ...{ rows: 2, columns: 10, angle: 90, aisle: 6, w: 2.5, h: 5, x: 0, y: 0 },
  ...{ pattern: '{n:3}', start: 1, isSerpentine: false, types: '' },
}

const baysMax = 200_000

export function gridBays(grid: Grid): Imported {
  const notes = importNotes()
  for (const wrong of faultsOf(grid)) notes.fault('the grid', wrong)
  const types = typeRanges(grid.types)
  for (const { text } of types.filter(({ type }) => type === undefined))
    notes.fault('the grid', `types "${text}" is no range such as disabled:1-4`)
  const bays = notes.list().length > 0 ? [] : baysOf(grid, types)
  const ids = new Set(bays.map(({ id }) => id))
  if (ids.size < bays.length)
    notes.fault(
      'the grid',
      `the pattern "${grid.pattern}" gives ${ids.size} ids for ${bays.length} bays: use {n}, or {row} and {col}`,
    )
  return { bays: ids.size < bays.length ? [] : bays, sites: [], findings: notes.list(), isTypeOptional: true }
}

function faultsOf({ rows, columns, angle, aisle, w, h, pattern }: Grid): string[] {
  return [
    ...(rows >= 1 && columns >= 1 && rows * columns <= baysMax
      ? []
      : [`${rows} rows of ${columns} bays: give at least 1, and no more than ${baysMax} in all`]),
    ...(angle >= 0 && angle <= 90 ? [] : [`an angle of ${angle}°: give 0 (along the kerb) to 90 (across the aisle)`]),
    ...(aisle >= 0 && w > 0 && h > 0 ? [] : ['a size below 0: give metres']),
    ...(/\{(n|row|ROW|col)(:\d)?\}/.test(pattern)
      ? []
      : [`the pattern "${pattern}" names no number: use {n}, or {row} and {col}`]),
  ]
}

interface TypeRange {
  readonly text: string
  readonly type: BayType | undefined
  readonly from: number
  readonly to: number
}

const typeRanges = (text: string): readonly TypeRange[] =>
  text
    .split(',')
    .filter((each) => each.trim() !== '')
    .map((each) => {
      const [, name = '', from = '', to = from] = /^\s*([\w-]+):(\d+)(?:-(\d+))?\s*$/.exec(each) ?? []
      return { text: each, type: bayTypeNamed(name), from: Number(from), to: Number(to) }
    })

function baysOf(grid: Grid, types: readonly TypeRange[]): ImportedBay[] {
  const { rows, columns, angle, aisle, w, h, x, y, start, isSerpentine } = grid
  const radians = (angle * Math.PI) / 180
  const [sin, cos] = [Math.sin(radians), Math.cos(radians)]
  // Along the kerb bays stand end to end; across, side by side; slanted, further apart by their slant.
  const isAlong = angle === 0
  const pitch = isAlong ? h : w / sin
  const depth = isAlong ? w : h * sin + w * cos
  /** Of one bay along the row. */
  const reach = isAlong ? h : h * cos + w * sin
  const bays: ImportedBay[] = []
  for (let row = 0; row < rows; row++) {
    const top = y + row * depth + Math.floor((row + 1) / 2) * aisle
    for (let place = 0; place < columns; place++) {
      const number = isSerpentine && row % 2 === 1 ? columns - 1 - place : place
      const n = start + row * columns + number
      const type = types.find(({ from, to }) => n >= from && n <= to)?.type
      // Both rows of an aisle lean against its direction: mirrored to each other.
      const lean = row % 2 === 0 ? 1 : -1
      const centre = { x: x + reach / 2 + place * pitch, y: top + depth / 2 }
      const turn = lean * (90 - angle)
      bays.push({
        where: `bay ${n}`,
        id: idOf(grid.pattern, { n, row: row + 1, col: number + 1 }),
        outline: { in: 'plan', corner: { x: millimetres(centre.x - w / 2), y: millimetres(centre.y - h / 2) } },
        ...(type === undefined ? {} : { types: [type] }),
        ...(turn === 0 ? {} : { angle: turn }),
        ...{ w, h },
      })
    }
  }
  return bays
}

const idOf = (pattern: string, numbers: { readonly n: number; readonly row: number; readonly col: number }): string =>
  pattern.replaceAll(/\{(n|row|ROW|col)(?::(\d))?\}/g, (_, name: string, width?: string) => {
    if (name === 'ROW') return letters(numbers.row)
    return String(numbers[name as 'n' | 'row' | 'col']).padStart(Number(width ?? 0), '0')
  })

/** 1 is A, 26 is Z, 27 is AA. */
function letters(n: number): string {
  const rest = (n - 1) % 26
  return (n > 26 ? letters(Math.floor((n - 1) / 26)) : '') + String.fromCharCode(65 + rest)
}
