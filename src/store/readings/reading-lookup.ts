/**
 * Readings found by their device, in SQL that every dialect speaks: the closed blocks by their packed keys, the open block row by row.
 *
 * Everything starts with the open block as it stands: what is closed or stored after that look is not in the answer, and nothing that
 * was there before is missing or twice.
 */
import { CompiledQuery } from 'kysely'
import type { SqlRunner } from '../engine/sql-runner.ts'
import type { ReadingTable } from '../tables.ts'
import { groupOf, keysIn, type OpenBlock, type ReadingKey } from './reading-block.ts'
import { readingColumns } from './rows.ts'

/** Of a page, all; and no list grows without bound. */
const keysPerStatement = 1_000

/** Which readings; ranges are inclusive but `to`. They only pass over blocks: what is found still has to be compared. */
export interface ReadingWanted {
  readonly fromDevice: number
  readonly toDevice: number
  readonly epoch?: number | undefined
  readonly fromSeq?: number | undefined
  readonly toSeq?: number | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Behind this place in the order of epoch and number. */
  readonly after?: { readonly epoch: number; readonly seq: number } | undefined
}

export async function openBlock({ db, all }: SqlRunner): Promise<OpenBlock | undefined> {
  const [open] = await all(db.selectFrom('reading_open').selectAll().where('id', '=', 0).compile())
  return open
}

/** Keys of every reading wanted, in no order; more than wanted where only a look at the key can tell. */
export async function readingKeys(runner: SqlRunner, wanted: ReadingWanted): Promise<ReadingKey[]> {
  const open = await openBlock(runner)
  const newest = await keysInOpen(runner, open, wanted)
  return open ? [...(await keysInClosed(runner, open.block, wanted)), ...newest] : newest
}

/** Of blocks before `block`. */
export async function keysInClosed(
  { db, all }: SqlRunner,
  block: number,
  wanted: ReadingWanted,
): Promise<ReadingKey[]> {
  const { fromDevice, toDevice, epoch, fromSeq, toSeq, from, to, after } = wanted
  let groups = db
    .selectFrom('reading_block')
    .select(['day', 'rows_held', 'keys_packed'])
    .where('device_group', '>=', groupOf(fromDevice))
    .where('device_group', '<=', groupOf(toDevice))
    .where('block', '<', block)
  if (epoch !== undefined) groups = groups.where('first_epoch', '<=', epoch).where('last_epoch', '>=', epoch)
  if (toSeq !== undefined) groups = groups.where('first_seq', '<=', toSeq)
  if (fromSeq !== undefined) groups = groups.where('last_seq', '>=', fromSeq)
  if (from !== undefined) groups = groups.where('last_time', '>=', from)
  if (to !== undefined) groups = groups.where('first_time', '<', to)
  if (after)
    groups = groups.where((eb) =>
      eb.or([
        eb('last_epoch', '>', after.epoch),
        eb.and([eb('last_epoch', '=', after.epoch), eb('last_seq', '>=', after.seq)]),
      ]),
    )
  const isWanted = (device: number) => device >= fromDevice && device <= toDevice
  return (await all(groups.compile())).flatMap((group) => keysIn(group, isWanted))
}

/** Groups of devices in one statement: what is held of their blocks is packed, and of each block in hand the keys. */
const groupsPerStatement = 16

const newestFirst = (a: ReadingKey, b: ReadingKey) => b.pos - a.pos || b.idx - a.idx

/** The newest keys of blocks before `block`, of each device as many as `wanted`. A block may hold an older row than those before it. */
export async function newestInClosed(
  { db, all }: SqlRunner,
  block: number,
  wanted: ReadonlyMap<number, number>,
): Promise<ReadingKey[][]> {
  const newest = new Map<number, ReadingKey[]>()
  const groups = [...new Set([...wanted.keys()].map(groupOf))]
  for (let at = 0; at < groups.length; at += groupsPerStatement) {
    const query = db
      .selectFrom('reading_block')
      .select(['day', 'rows_held', 'keys_packed'])
      .where('device_group', 'in', groups.slice(at, at + groupsPerStatement))
      .where('block', '<', block)
    for (const group of await all(query.compile())) {
      const byDevice = Map.groupBy(
        keysIn(group, (device) => wanted.has(device)),
        ({ device }) => device,
      )
      for (const [device, keys] of byDevice)
        newest.set(device, [...(newest.get(device) ?? []), ...keys].sort(newestFirst).slice(0, wanted.get(device)))
    }
  }
  return [...newest.values()]
}

/** Without `wanted`, all of them. `open` undefined: a database whose readings have no blocks yet. */
export async function keysInOpen(
  { db, all }: SqlRunner,
  open: OpenBlock | undefined,
  wanted?: ReadingWanted,
): Promise<ReadingKey[]> {
  let rows = db.selectFrom('reading').select(['day', 'pos', 'idx', 'device', 'epoch', 'seq', 'time'])
  if (open) rows = rows.where('day', '=', open.day).where('pos', '>', open.after_pos)
  if (wanted) rows = rows.where('device', '>=', wanted.fromDevice).where('device', '<=', wanted.toDevice)
  return all(rows.compile())
}

/** The rows of these keys, in no order. */
export async function readingsAt({ all, keyLists }: SqlRunner, keys: readonly ReadingKey[]): Promise<ReadingTable[]> {
  const found: ReadingTable[] = []
  const query = keyLists === 'json' ? byJson : byValues
  for (let at = 0; at < keys.length; at += keysPerStatement)
    for (const row of await all(query(keys.slice(at, at + keysPerStatement)))) found.push(row)
  return found
}

type RowsOfKeys = (keys: readonly ReadingKey[]) => CompiledQuery<ReadingTable>

/** In standard quotes, which SQLite takes as they are. */
const columns = readingColumns.map((column) => `"r"."${column}"`).join(', ')

/** Numbers of our own, written out: no parameter for each. */
const byValues: RowsOfKeys = (keys) => {
  const places = keys.map(({ day, pos, idx }) => `(${day},${pos},${idx})`).join(',')
  return CompiledQuery.raw(`SELECT ${columns} FROM "reading" AS "r" WHERE ("day", "pos", "idx") IN (VALUES ${places})`)
}

/** One parameter and a statement that is always the same: to read a thousand numbers as SQL took longer than to find their rows. */
const rowsOfJson = `SELECT ${columns}
  FROM JSON_TABLE(?, '$[*]' COLUMNS ("d" INT PATH '$[0]', "p" BIGINT PATH '$[1]', "i" INT PATH '$[2]')) AS "k"
  STRAIGHT_JOIN "reading" AS "r" ON "r"."day" = "k"."d" AND "r"."pos" = "k"."p" AND "r"."idx" = "k"."i"`.replaceAll(
  '"',
  '`',
)
const byJson: RowsOfKeys = (keys) =>
  CompiledQuery.raw(rowsOfJson, [JSON.stringify(keys.map(({ day, pos, idx }) => [day, pos, idx]))])
