/**
 * Checksum of what processing has made of the journal: two databases with one checksum hold the same devices, readings, stays, occupancy,
 * counts, ledger, losses, dead letters and layouts. Rows are added up in any order, so the day on which a row was stored does not matter.
 *
 * Left out is what no journal holds: choices and discards of operators, forecasts and trainings, the copies of raw frames, on which day a
 * reading or a stay was stored, and in which commit the state of a bay, a count zone or a sign.
 */
import { hash } from 'node:crypto'
import type { SqlValue } from '../store/column.ts'
import type { Store } from '../store/store.ts'
import { type StoredTable, storedTables } from '../store/table-rows.ts'

const pageRows = 5_000
/** A row of dead letters holds the bytes of a frame. */
const pageRowsOfLetters = 64

const notOfJournal = new Set([
  ...['decoder_choice', 'discard', 'forecast_issued', 'forecast_quality', 'forecast_shown', 'raw_frame', 'training'],
])
/** Columns by table: the day on which a row was stored, and a counter of commits. Both depend on when, not on what, was processed. */
export const notCompared: Readonly<Record<string, readonly string[]>> = {
  ...{ session: ['day'], reading: ['day'], bay_state: ['rev'], count_zone: ['rev'], alert: ['rev'], sign: ['rev'] },
}

export interface TableChecksum {
  readonly table: string
  readonly rows: number
  /** 32 hex digits. */
  readonly checksum: string
}

export interface ProjectionChecksum {
  /** 64 hex digits, over those of the tables. */
  readonly checksum: string
  readonly tables: readonly TableChecksum[]
}

const projection: readonly StoredTable[] = storedTables
  .filter(({ name }) => !notOfJournal.has(name))
  .map((table) => ({
    ...table,
    columns: table.columns.filter((column) => !notCompared[table.name]?.includes(column)),
  }))
  .toSorted((a, b) => (a.name < b.name ? -1 : 1))

/** The database must not change meanwhile. `onTable`: before each is read. */
export async function projectionChecksum(
  store: Pick<Store, 'tableRows'>,
  onTable?: (name: string) => void,
): Promise<ProjectionChecksum> {
  const tables: TableChecksum[] = []
  for (const table of projection) {
    onTable?.(table.name)
    tables.push(await tableChecksum(store, table))
  }
  const text = tables.map(({ table, rows, checksum }) => `${table} ${rows} ${checksum}\n`).join('')
  return { checksum: hash('sha256', text), tables }
}

async function tableChecksum(store: Pick<Store, 'tableRows'>, table: StoredTable): Promise<TableChecksum> {
  const limit = table.name.startsWith('dead_letter') ? pageRowsOfLetters : pageRows
  let rows = 0
  let sum = 0n
  let after: readonly SqlValue[] | undefined
  do {
    const page = await store.tableRows(table, after, limit)
    for (const row of page.rows) sum += rowHash(row)
    rows += page.rows.length
    after = page.next
  } while (after !== undefined)
  return { table: table.name, rows, checksum: BigInt.asUintN(128, sum).toString(16).padStart(32, '0') }
}

/** Half of a SHA-256: 128 bits. */
function rowHash(row: readonly SqlValue[]): bigint {
  // Before JSON: the bytes of some clients are buffers, which make their own JSON.
  const text = JSON.stringify(row.map((value) => (value instanceof Uint8Array ? value.toHex() : value)))
  return BigInt(`0x${hash('sha256', text).slice(0, 32)}`)
}
