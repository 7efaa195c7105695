/** A batch with something left out: what the ablations of the bench train on. With all parts it is left as it is. */
import { type Batch, calendarColumns, sizes } from '../features/batch.ts'
import type { Parts } from './config.ts'

/** Positions in the query: whether the present rate is known, and the rate. */
const seenColumn = 123
const rateColumn = 124

export function leaveOut(batch: Batch, { anchor, covariates }: Parts): void {
  if (!covariates) {
    clearColumns(batch.query, sizes.query, calendarColumns.query)
    clearColumns(batch.days, sizes.day, calendarColumns.day)
  }
  if (!anchor) anchorAtPresentRate(batch)
}

function clearColumns(values: Float32Array, width: number, columns: readonly number[]): void {
  for (let from = 0; from < values.length; from += width) for (const column of columns) values[from + column] = 0
}

/** The residual is then over the present rate; candidates keep meaning the same forecasts. */
function anchorAtPresentRate({ anchor, scale, query, mix }: Batch): void {
  for (let cell = 0; cell < anchor.length; cell++) {
    const at = cell * sizes.query
    if (query[at + seenColumn] !== 1) continue
    const now = query[at + rateColumn] as number
    const moved = ((anchor[cell] as number) - now) / (scale[cell] as number)
    anchor[cell] = now
    for (let c = 0; c < sizes.candidates; c++) {
      const value = mix[cell * sizes.candidates + c] as number
      if (value !== 0) mix[cell * sizes.candidates + c] = value + moved
    }
  }
}
