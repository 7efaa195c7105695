/**
 * Readings of one external id, in the order (epoch, seq, acceptance), one page at a time: the keys of the device first, put in order and
 * cut to the page, then only the rows of the page. A reading without a sequence number sorts before those of its epoch that have one.
 */
import { spellingsOf } from '../../domain/hardware-spellings.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { readKey, writeKey } from '../queries/keyset.ts'
import type { ReadingPage, Store } from '../store.ts'
import type { ReadingKey } from './reading-block.ts'
import { readingKeys, readingsAt } from './reading-lookup.ts'
import { toReading } from './rows.ts'

type PageKey = readonly [epoch: number, seq: number | null, pos: number, idx: number]

export async function readingPage(runner: SqlRunner, filter: Parameters<Store['readings']>[0]): Promise<ReadingPage> {
  const { db, all } = runner
  const { external, source, from, to, limit } = filter
  const after = filter.cursor === undefined ? undefined : readKey<PageKey>(filter.cursor, ['n', 'z', 'n', 'n'])
  let owners = db
    .selectFrom('device')
    .select(['id', 'source', 'external'])
    .where('external', 'in', spellingsOf(external))
  if (source !== undefined) owners = owners.where('source', '=', source)
  const devices = new Map((await all(owners.compile())).map((device) => [device.id, device]))

  const keys: ReadingKey[] = []
  // One without a number lies before all of its epoch.
  const behind = after && { epoch: after[0], seq: after[1] ?? Number.MIN_SAFE_INTEGER }
  for (const id of devices.keys())
    for (const key of await readingKeys(runner, { fromDevice: id, toDevice: id, from, to, after: behind }))
      if ((from === undefined || key.time >= from) && (to === undefined || key.time < to) && isAfter(key, after))
        keys.push(key)
  keys.sort(inOrder)
  const page = keys.slice(0, limit)
  const items = (await readingsAt(runner, page)).sort(inOrder).map((row) => {
    const { source, external } = devices.get(row.device) as { source: string; external: string }
    return { ...toReading(row), source, external }
  })
  const last = page.at(-1)
  return {
    items,
    next: last && keys.length > page.length ? writeKey([last.epoch, last.seq, last.pos, last.idx]) : null,
  }
}

interface Placed {
  readonly epoch: number
  readonly seq: number | null
  readonly pos: number
  readonly idx: number
}

const inOrder = (a: Placed, b: Placed) =>
  a.epoch - b.epoch || (a.seq ?? -1) - (b.seq ?? -1) || a.pos - b.pos || a.idx - b.idx

const isAfter = (key: Placed, after: PageKey | undefined) => {
  if (!after) return true
  const [epoch, seq, pos, idx] = after
  return inOrder(key, { epoch, seq, pos, idx }) > 0
}
