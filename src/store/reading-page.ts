/**
 * Readings of one external id, in the order (epoch, seq, acceptance), one page at a time.
 *
 * A page starts after a key, and SQL that says "after this four-part key" in one condition is served by an index in one dialect
 * and not in the other. So it is asked as up to three plain ranges of the index `reading_device`: the rest of the same sequence number,
 * the higher numbers of the epoch, the later epochs. NULL (no sequence number) sorts first in both dialects.
 */
import { type SelectQueryBuilder, sql } from 'kysely'
import { readKey, writeKey } from './keyset.ts'
import { readingColumns, toReading } from './rows.ts'
import type { SqlRunner } from './sql-runner.ts'
import type { ReadingPage, Store } from './store.ts'
import type { ReadingTable, Tables } from './tables.ts'

type Place = readonly [epoch: number, seq: number | null, pos: number, idx: number]
type Ranged = SelectQueryBuilder<Tables, 'reading', ReadingTable>
type Filter = Parameters<Store['readings']>[0]

export async function readingPage({ db, all }: SqlRunner, filter: Filter): Promise<ReadingPage> {
  const after = filter.cursor === undefined ? undefined : readKey<Place>(filter.cursor, ['n', 'z', 'n', 'n'])
  let owners = db.selectFrom('device').select(['id', 'source', 'external']).where('external', '=', filter.external)
  if (filter.source !== undefined) owners = owners.where('source', '=', filter.source)

  const found: ReadingPage['items'][number][] = []
  for (const { id, source, external } of await all(owners.compile())) {
    const rows = await rowsAfter(id, after)
    for (const row of rows) found.push({ ...toReading(row), source, external })
  }
  found.sort(inOrder)
  const items = found.slice(0, filter.limit)
  const last = items.at(-1)
  const next = last && found.length > items.length ? writeKey([last.epoch, last.seq, last.pos, last.idx]) : null
  return { items, next }

  /** One row more than the page, so that the last page knows it is. */
  async function rowsAfter(device: number, place: Place | undefined): Promise<ReadingTable[]> {
    const rows: ReadingTable[] = []
    let all3 = db.selectFrom('reading').select(readingColumns).where('device', '=', device)
    if (filter.from !== undefined) all3 = all3.where('time', '>=', filter.from)
    if (filter.to !== undefined) all3 = all3.where('time', '<', filter.to)
    for (const range of place ? rangesAfter(all3, place) : [all3]) {
      const missing = filter.limit + 1 - rows.length
      if (missing <= 0) break
      rows.push(
        ...(await all(
          range.orderBy('epoch').orderBy('seq').orderBy('pos').orderBy('idx').limit(sql.lit(missing)).compile(),
        )),
      )
    }
    return rows
  }
}

function rangesAfter(query: Ranged, [epoch, seq, pos, idx]: Place): Ranged[] {
  const inEpoch = query.where('epoch', '=', epoch)
  const sameSeq = seq === null ? inEpoch.where('seq', 'is', null) : inEpoch.where('seq', '=', seq)
  return [
    sameSeq.where('pos', '>=', pos).where((eb) => eb.or([eb('pos', '>', pos), eb('idx', '>', idx)])),
    seq === null ? inEpoch.where('seq', 'is not', null) : inEpoch.where('seq', '>', seq),
    query.where('epoch', '>', epoch),
  ]
}

const inOrder = (a: ReadingPage['items'][number], b: ReadingPage['items'][number]) =>
  a.epoch - b.epoch || (a.seq ?? -1) - (b.seq ?? -1) || a.pos - b.pos || a.idx - b.idx
