/** Every declared table, in every dialect: rows at the limits of their columns, merged as the twin in memory merges them. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import fc from 'fast-check'
import { sumMax } from '../../lib/sum.ts'
import type { SqlValue } from '../column.ts'
import { backticked } from '../engine/mysql/statements.ts'
import { createTable, selectAll } from '../engine/table-sql.ts'
import { type Store, StoreError } from '../store.ts'
import { change, type Table, type TableColumn } from '../table.ts'
import { tables } from '../tables/list.ts'
import { createMemoryTable } from './memory-table.ts'
import type { StorePlace } from './store-contract.ts'
import { aBatch } from './store-samples.ts'

type OnStore = (sentence: string, body: (store: Store, place: StorePlace) => Promise<void>) => void

/** Few keys, so that rows meet; sums near their end, but not those that are exact. */
function valueFor({ merge, column }: TableColumn, at: number): fc.Arbitrary<unknown> {
  const { limits, max = sumMax } = column
  if (merge === 'addExact') return fc.constantFrom(0, 1, 1_000)
  if (merge === 'add') return fc.constantFrom(0, 1, max - 1, max)
  if (merge === 'key' && at > 0) return fc.constantFrom(...limits.slice(0, 2), limits.at(-1))
  return fc.constantFrom(...limits)
}

const rowOf = ({ columns }: Table) =>
  fc.record(Object.fromEntries(columns.map((column, at) => [column.field, valueFor(column, at)])))

/** Bytes as plain arrays: a driver gives them as what it likes. */
const plain = (rows: readonly (readonly unknown[])[]) =>
  rows.map((row) => row.map((value) => (value instanceof Uint8Array ? [...value] : value)))

export function tableContract(onStore: OnStore): void {
  describe('declared tables', () => {
    for (const table of tables)
      onStore(
        `${table.name}: rows come back as written, and rows of one key are merged as declared`,
        async (store, place) => {
          const twin = createMemoryTable(table)
          let to = 0
          const step = fc.record({ put: fc.array(rowOf(table), { maxLength: 6 }), gone: fc.nat(2) })
          await fc.assert(
            fc.asyncProperty(step, async ({ put, gone }) => {
              // A statement of many rows merges each key once in some servers: rows of one key come in their own batches.
              const rows = distinct(table, put)
              const keys = twin.rows().slice(0, gone)
              const made = change(table, rows as never[], keys as never[])
              twin.apply(made)
              await store.commit(aBatch({ from: to, to: ++to, changes: [made] }))
              const stored = await place.query(selectAll(table))
              const expected = twin.values()
              assert.deepEqual(plain(sorted(stored)), plain(sorted(expected)))
            }),
            { numRuns: 12 },
          )
          assert.deepEqual(plain(sorted(await pagesOf(store, table))), plain(sorted(twin.values())), 'page by page')
        },
      )

    onStore(
      'the migrations leave each table as it is declared, and so does its own statement',
      async (store, place) => {
        const { dialect } = store
        const made = async ({ name }: Table) => {
          const columns = await place.query(columnsIn[dialect](name))
          // MariaDB gives whole numbers a width for display: bigint(20).
          const plainType = (type: unknown) => String(type).replace(/int\(\d+\)$/, 'int')
          return [
            columns.map(([column, type, ...rest]) => [column, plainType(type), ...rest.map(Number)]),
            await place.query(indexesIn[dialect](name)),
          ]
        }
        for (const table of tables) {
          const declared = [declaredColumns(table, dialect), declaredIndexes(table)]
          assert.deepEqual(await made(table), declared, `${table.name} as migrated`)
          for (const statement of [`DROP TABLE "${table.name}"`, ...createTable(table, dialect)])
            await place.execute(dialect === 'mysql' ? backticked(statement) : statement)
          assert.deepEqual(await made(table), declared, `${table.name} by createTable`)
        }
      },
    )

    onStore('a value that a column cannot hold is refused as data, and names the column', async () => {
      for (const table of tables)
        for (const { field, name, column } of table.columns) {
          const row = Object.fromEntries(table.columns.map((each) => [each.field, each.column.limits.at(-1)]))
          for (const wrong of wrongFor(column.sqlite, column.mysql))
            assert.throws(
              () => change(table, [{ ...row, [field]: wrong }] as never[]),
              (error: unknown) =>
                error instanceof StoreError && error.fault === 'data' && error.message.startsWith(`${name} `),
              `${table.name}.${name} took ${wrong}`,
            )
        }
    })
  })
}

/** A page of two rows at a time. */
async function pagesOf(store: Store, { name, columnNames, keyLength }: Table) {
  const rows: SqlValue[][] = []
  let after: readonly SqlValue[] | undefined
  do {
    const page = await store.tableRows({ name, key: columnNames.slice(0, keyLength), columns: columnNames }, after, 2)
    rows.push(...page.rows.map((row) => [...row]))
    after = page.next
  } while (after !== undefined)
  return rows
}

/** Name, type, 1 where it takes null, place in the primary key or 0. */
const columnsIn = {
  sqlite: (table: string) =>
    `SELECT name, type, CASE WHEN pk > 0 OR "notnull" = 1 THEN 0 ELSE 1 END, pk FROM pragma_table_info('${table}') ORDER BY cid`,
  mysql: (table: string) =>
    `SELECT c.column_name AS n, lower(c.column_type) AS t, c.is_nullable = 'YES' AS z, coalesce(s.seq_in_index, 0) AS k
     FROM information_schema.columns c LEFT JOIN information_schema.statistics s ON s.table_schema = c.table_schema
       AND s.table_name = c.table_name AND s.column_name = c.column_name AND s.index_name = 'PRIMARY'
     WHERE c.table_schema = database() AND c.table_name = '${table}' ORDER BY c.ordinal_position`,
} as const

const declaredColumns = ({ columns, keyLength }: Table, dialect: Store['dialect']) =>
  columns.map(({ name, column }, at) => {
    const type = dialect === 'sqlite' ? column.sqlite : column.mysql.toLowerCase()
    return [name, type, Number(column.isNullable), at < keyLength ? at + 1 : 0]
  })

/** Name and columns of each index beside the key. */
const indexesIn = {
  sqlite: (table: string) =>
    `SELECT l.name, group_concat(i.name, ',' ORDER BY i.seqno) FROM pragma_index_list('${table}') l, pragma_index_info(l.name) i
     WHERE l.origin = 'c' GROUP BY l.name ORDER BY l.name`,
  mysql: (table: string) =>
    `SELECT index_name AS n, group_concat(column_name ORDER BY seq_in_index) AS c FROM information_schema.statistics
     WHERE table_schema = database() AND table_name = '${table}' AND index_name <> 'PRIMARY' GROUP BY index_name ORDER BY index_name`,
} as const

const declaredIndexes = ({ declared }: Table) =>
  Object.entries(declared.indexes ?? {})
    .map(([name, columns]) => [name, columns.join(',')])
    .sort()

/** Prose is mended and bytes hold everything. */
function wrongFor(sqlite: string, mysql: string): unknown[] {
  if (sqlite === 'REAL') return [Number.NaN, Number.POSITIVE_INFINITY]
  if (mysql === 'BIGINT') return [0.5, 2 ** 53, Number.NaN]
  if (mysql === 'INT') return [0.5, 2 ** 31, -(2 ** 31) - 1, Number.NaN]
  if (/CHAR/.test(mysql)) return ['trailing ', '\ud83c', 'x'.repeat(600)]
  return []
}

function distinct(table: Table, rows: readonly object[]): object[] {
  const byKey = new Map(rows.map((row) => [JSON.stringify(table.keyValues(row as never)), row]))
  return [...byKey.values()]
}

/** Servers order texts by their bytes. */
const sorted = (rows: readonly (readonly unknown[])[]) =>
  rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
