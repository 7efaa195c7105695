/** The bays of a layout as CSV, for a spreadsheet: UTF-8 with a byte order mark, and no cell that it would take for a formula. Pure. */
import type { Bay, Layout } from '../../domain/layout.ts'

type Cell = string | number | undefined

const columns: Readonly<Record<string, (bay: Bay) => Cell>> = {
  id: ({ id }) => id,
  label: ({ label }) => label,
  types: ({ types }) => listed(types),
  zones: ({ zones }) => listed(zones),
  devices: ({ devices }) => listed(devices),
  x: ({ x }) => x,
  y: ({ y }) => y,
  w: ({ w }) => w,
  h: ({ h }) => h,
  angle: ({ angle }) => angle,
  polygon: ({ polygon }) =>
    polygon && `POLYGON ((${[...polygon, ...polygon.slice(0, 1)].map(({ x, y }) => `${x} ${y}`).join(', ')}))`,
  closed: ({ closed }) => (closed ? 'yes' : undefined),
  unmarked: ({ unmarked }) => (unmarked ? 'yes' : undefined),
}

export function csvOf({ sites }: Layout): string {
  const header = ['site', 'level', ...Object.keys(columns)]
  const lines = sites.flatMap((site) =>
    site.levels.flatMap((level) =>
      level.bays.map((bay) => [site.id, level.id, ...Object.values(columns).map((cellOf) => cellOf(bay))]),
    ),
  )
  return `\ufeff${[header, ...lines].map((cells) => cells.map(quoted).join(',')).join('\r\n')}\r\n`
}

/** A single one with a comma is marked as a list of bars. */
const listed = (items: readonly string[]) =>
  items.length === 1 && /[,;]/.test(items[0] ?? '') ? `${items[0]}|` : items.join('|')

/** Spreadsheets run a cell that begins with one of these. A number may. */
const formula = /^[=+\-@\t\r]/

function quoted(cell: Cell): string {
  if (cell === undefined) return ''
  if (typeof cell === 'number') return String(cell)
  const safe = formula.test(cell) ? `'${cell}` : cell
  return /[",\r\n;']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
