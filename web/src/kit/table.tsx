/** A table of figures that scrolls in its own box when the screen is narrow, by key too. */
import { type ComponentChildren, Fragment } from 'preact'
import './parts.css'

export interface Column<T> {
  readonly name: string
  readonly cell: (row: T) => ComponentChildren
  /** Figures stand at the right, below each other. */
  readonly figure?: boolean
  readonly class?: string
}

interface TableProps<T> {
  readonly label: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string
  /** More about a row, over the whole width below it. */
  readonly below?: (row: T) => ComponentChildren
  /** Only where the screen is narrow; columns of the class `wide-only` are for the others. */
  readonly belowNarrow?: boolean
  readonly chosen?: (row: T) => boolean
}

export function Table<T>({ label, columns, rows, keyOf, below, belowNarrow, chosen }: TableProps<T>) {
  const kind = ({ figure, class: name = '' }: Column<T>) => `${figure ? 'figure' : ''} ${name}`.trim()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by key (WCAG 2.1.1)
    <section class="scroll-x" aria-label={label} tabIndex={0}>
      <table class="rows">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} scope="col" class={kind(column)}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Fragment key={keyOf(row)}>
              <tr class={`${below ? (belowNarrow ? 'above-narrow' : 'above') : ''} ${chosen?.(row) ? 'chosen' : ''}`}>
                {columns.map((column, c) =>
                  c === 0 ? (
                    <th key={column.name} scope="row" class={kind(column)}>
                      {column.cell(row)}
                    </th>
                  ) : (
                    <td key={column.name} class={kind(column)}>
                      {column.cell(row)}
                    </td>
                  ),
                )}
              </tr>
              {below && (
                <tr class={`below-row ${belowNarrow ? 'narrow-only' : ''} ${chosen?.(row) ? 'chosen' : ''}`}>
                  <td colSpan={columns.length}>{below(row)}</td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </section>
  )
}
