/** Tables in Markdown. */
import { count } from '../run/figures.ts'

type Cell = string | number | null | undefined

/** Numbers stand on the right; those that are missing show as a dash. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const right = head.map((_, i) => rows.some((row) => typeof row[i] === 'number'))
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(head),
    line(right.map((isNumber) => (isNumber ? '---:' : '---'))),
    ...rows.map((row) => line(head.map((_, i) => shown(row[i])))),
    '',
  ].join('\n')
}

function shown(cell: Cell): string {
  if (typeof cell === 'string') return cell.replaceAll('|', '\\|')
  if (cell === null || cell === undefined || !Number.isFinite(cell)) return '-'
  return Number.isInteger(cell) || Math.abs(cell) >= 1_000 ? count(cell) : String(cell)
}

export function notRun(reasons: Readonly<Record<string, string>>): string {
  const lines = Object.entries(reasons).map(([what, why]) => `- **${what}**: ${why}`)
  return lines.length === 0 ? '' : `Not run:\n\n${lines.join('\n')}\n`
}
