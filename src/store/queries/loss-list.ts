/**
 * Losses and gaps in one list, newest day first, one page at a time: each runs backwards along a separate index, and the pages are merged. Of
 * one day losses come before gaps.
 */
import { type SelectQueryBuilder, sql } from 'kysely'
import { spellingsOf } from '../../domain/hardware-spellings.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import type { LossFilter, Paged, StoredLoss } from '../losses.ts'
import { BadCursor } from '../store.ts'
import { gap } from '../tables/gap.ts'
import { loss, lossOf } from '../tables/loss.ts'
import type { Tables } from '../tables.ts'
import { readKey, writeKey } from './keyset.ts'

type LossKey = readonly [day: number, journal: string, source: string, cause: string, id: string]
type GapKey = readonly [day: number, device: number, epoch: number, to: number]
/** Where a page of losses begins. Of one day losses come before gaps. */
type Place = { readonly loss: LossKey } | { readonly gap: GapKey }

export async function lossPage(runner: SqlRunner, { cursor, limit, ...filter }: LossFilter & Paged) {
  const place = cursor === undefined ? undefined : placeOf(cursor)
  const losses = wantsLosses(filter) ? await lossesAfter(runner, filter, place, limit + 1) : []
  const gaps = wantsGaps(filter) ? await gapsAfter(runner, filter, place, limit + 1) : []
  // Both are in order, newest day first; the sort is stable, so losses stay before gaps of their day.
  const merged = [...losses, ...gaps].sort((a, b) => b.loss.day - a.loss.day)
  const items = merged.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(({ loss }) => loss),
    next: last && merged.length > limit ? cursorOf(last.place) : null,
  }
}

export const wantsGaps = ({ cause }: LossFilter) => cause === undefined || cause === 'sequence-gap'
/** A loss that is no gap is known for a source, never for one of its sensors. */
export const wantsLosses = ({ cause, device }: LossFilter) => device === undefined && cause !== 'sequence-gap'

export function gapsOf({ db }: SqlRunner, filter: LossFilter) {
  let query = db.selectFrom('gap as g').innerJoin('device as d', 'd.id', 'g.device')
  if (filter.source !== undefined) query = query.where('d.source', '=', filter.source)
  if (filter.device !== undefined) query = query.where('d.external', 'in', spellingsOf(filter.device))
  if (filter.from !== undefined) query = query.where('g.day', '>=', filter.from)
  if (filter.to !== undefined) query = query.where('g.day', '<=', filter.to)
  return query
}
export function lossesOf({ db }: SqlRunner, filter: LossFilter) {
  let query = db.selectFrom('loss')
  if (filter.source !== undefined) query = query.where('source', '=', filter.source)
  if (filter.cause !== undefined) query = query.where('cause', '=', filter.cause)
  if (filter.from !== undefined) query = query.where('day', '>=', filter.from)
  if (filter.to !== undefined) query = query.where('day', '<=', filter.to)
  return query
}
async function lossesAfter(runner: SqlRunner, filter: LossFilter, place: Place | undefined, limit: number) {
  let query = lossesOf(runner, filter)
  if (place && 'gap' in place) query = query.where('day', '<', place.gap[0])
  else if (place) {
    const [day, journal, source, cause, id] = place.loss
    query = query
      .where('day', '<=', day)
      .where((eb) =>
        eb.or([
          eb('day', '<', day),
          eb('journal', '<', journal),
          eb.and([
            eb('journal', '=', journal),
            eb.or([
              eb('source', '<', source),
              eb.and([
                eb('source', '=', source),
                eb.or([eb('cause', '<', cause), eb.and([eb('cause', '=', cause), eb('id', '<', id)])]),
              ]),
            ]),
          ]),
        ]),
      )
  }
  const ordered = query
    .select(loss.columnNames)
    .orderBy('day', 'desc')
    .orderBy('journal', 'desc')
    .orderBy('source', 'desc')
    .orderBy('cause', 'desc')
    .orderBy('id', 'desc')
    .limit(sql.lit(limit))
  return (await runner.all(ordered.compile())).map((row) => ({
    loss: lossOf(row),
    place: { loss: [row.day, row.journal, row.source, row.cause, row.id] } as Place,
  }))
}

/** The rest of the day, then the days before: two plain ranges of one index, where one condition would be none in MySQL. */
async function gapsAfter(runner: SqlRunner, filter: LossFilter, place: Place | undefined, limit: number) {
  const base = gapsOf(runner, filter).select([
    'd.source',
    'd.external',
    'g.device',
    'g.epoch',
    'g.to_seq',
    'g.from_seq',
    'g.day',
  ])
  const found: { loss: StoredLoss; place: Place }[] = []
  for (const range of gapRanges(base, place)) {
    if (found.length >= limit) break
    const ordered = range
      .orderBy('g.day', 'desc')
      .orderBy('g.device', 'desc')
      .orderBy('g.epoch', 'desc')
      .orderBy('g.to_seq', 'desc')
      .limit(sql.lit(limit - found.length))
    for (const { source, external, ...row } of await runner.all(ordered.compile()))
      found.push({
        loss: { cause: 'sequence-gap', source, external, ...gap.row(row) },
        place: { gap: [row.day, row.device, row.epoch, row.to_seq] },
      })
  }
  return found
}

type Gaps<T> = SelectQueryBuilder<Tables & { g: Tables['gap']; d: Tables['device'] }, 'g' | 'd', T>

function gapRanges<T>(query: Gaps<T>, place: Place | undefined): Gaps<T>[] {
  if (!place) return [query]
  // Losses come first on their day: after one of them all gaps of the day follow.
  if ('loss' in place) return [query.where('g.day', '<=', place.loss[0])]
  const [day, device, epoch, to] = place.gap
  return [
    query
      .where('g.day', '=', day)
      .where('g.device', '<=', device)
      .where((eb) =>
        eb.or([
          eb('g.device', '<', device),
          eb('g.epoch', '<', epoch),
          eb.and([eb('g.epoch', '=', epoch), eb('g.to_seq', '<', to)]),
        ]),
      ),
    query.where('g.day', '<', day),
  ]
}

const cursorOf = (place: Place) => ('loss' in place ? `l${writeKey(place.loss)}` : `g${writeKey(place.gap)}`)

function placeOf(cursor: string): Place {
  const key = cursor.slice(1)
  if (cursor.startsWith('l')) return { loss: readKey<LossKey>(key, ['n', 's', 's', 's', 's']) }
  if (cursor.startsWith('g')) return { gap: readKey<GapKey>(key, ['n', 'n', 'n', 'n']) }
  throw new BadCursor('this is not a cursor of this list: leave it out to start at the first page')
}
