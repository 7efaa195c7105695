import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SqlValue } from '../store/column.ts'
import { type StoredTable, storedTables, type TableRowStore } from '../store/table-rows.ts'
import { notCompared, projectionChecksum } from './projection-checksum.ts'

type Rows = Readonly<Record<string, readonly Readonly<Record<string, SqlValue>>[]>>

/** Rows by name of the table, in pages of two. */
const storeOf = (rows: Rows): TableRowStore => ({
  async tableRows({ name, columns }: StoredTable, after) {
    const from = Number(after?.[0] ?? 0)
    const all = rows[name] ?? []
    const page = all.slice(from, from + 2)
    const next = from + 2 < all.length ? [from + 2] : undefined
    return { rows: page.map((row) => columns.map((column) => row[column] ?? null)), next }
  },
})
const checksumOf = async (rows: Rows) => (await projectionChecksum(storeOf(rows))).checksum

/** Not of any journal. */
const ofOperators = new Set([
  ...['decoder_choice', 'discard', 'forecast_issued', 'forecast_quality', 'forecast_shown', 'raw_frame', 'training'],
])

test('a row more, and another value in any column of any table, give another checksum', async () => {
  const empty = await checksumOf({})
  for (const { name, columns } of storedTables) {
    if (ofOperators.has(name)) continue
    assert.notEqual(await checksumOf({ [name]: [{}] }), empty, name)
    for (const column of columns) {
      if (notCompared[name]?.includes(column)) continue
      const [one, other] = [await checksumOf({ [name]: [{ [column]: 1 }] }), await checksumOf({ [name]: [{}] })]
      assert.notEqual(one, other, `${name}.${column}`)
    }
  }
})

test('the order of rows, the day of storing, the number of commits, and what operators keep beside the journal do not count', async () => {
  const rows = [
    { id: 1, external: 'A' },
    { id: 2, external: 'B' },
    { id: 3, external: 'C' },
  ]
  const plain = await checksumOf({
    device: rows,
    session: [{ day: 20_000, device: 1 }],
    bay_state: [{ bay: 'B', rev: 7 }],
  })
  const other = {
    device: rows.toReversed(),
    session: [{ day: 20_001, device: 1 }],
    bay_state: [{ bay: 'B', rev: 9 }],
    discard: [{ pos: 1 }],
  }
  assert.equal(await checksumOf(other), plain)
})

test('rows of two tables, and values of two columns, are not exchanged', async () => {
  assert.notEqual(await checksumOf({ gap: [{ device: 1 }] }), await checksumOf({ sensor_day: [{ device: 1 }] }))
  assert.notEqual(
    await checksumOf({ device: [{ id: 1, epoch: 2 }] }),
    await checksumOf({ device: [{ id: 2, epoch: 1 }] }),
  )
})

test('each table has its rows and its own checksum; bytes count by their content', async () => {
  const { tables } = await projectionChecksum(storeOf({ layout: [{ version: 1, layout: Uint8Array.of(1, 2) }] }))
  const { rows, checksum } = tables.find(({ table }) => table === 'layout') ?? assert.fail('no layout')
  assert.equal(rows, 1)
  assert.match(checksum, /^[0-9a-f]{32}$/)
  const other = await projectionChecksum(storeOf({ layout: [{ version: 1, layout: Uint8Array.of(1, 3) }] }))
  assert.notEqual(other.tables.find(({ table }) => table === 'layout')?.checksum, checksum)
  assert.deepEqual(
    other.tables.filter(({ checksum: of }, i) => of !== tables[i]?.checksum).map(({ table }) => table),
    ['layout'],
  )
})

test('bytes count alike in any form a client gives them', async () => {
  const bytes = new Uint8Array([0, 1, 255])
  const [one, other] = [
    await checksumOf({ layout: [{ layout: bytes }] }),
    await checksumOf({ layout: [{ layout: Buffer.from(bytes) }] }),
  ]
  assert.equal(one, other)
  assert.notEqual(one, await checksumOf({ layout: [{ layout: new Uint8Array([0, 1]) }] }))
})
