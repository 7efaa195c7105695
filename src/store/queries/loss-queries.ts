/** Reading back what was lost and why: the same SQL in every dialect. Lists run backwards along an index, one page at a time. */

import { type SelectQueryBuilder, sql } from 'kysely'
import { spellingsOf } from '../../domain/hardware-spellings.ts'
import { readSum } from '../../lib/sum.ts'
import type { SqlRunner } from '../engine/sql-runner.ts'
import { saturating, saturatingTotal } from '../engine/sums.ts'
import { wholeLetters } from '../letter-pieces.ts'
import type { LossFilter, LossStore, LossTotal, Paged, StoredLoss, StoredSensorDay } from '../losses.ts'
import { BadCursor } from '../store.ts'
import { deadLetter } from '../tables/dead-letter.ts'
import { discard } from '../tables/discard.ts'
import { gap } from '../tables/gap.ts'
import { intakeDaySums } from '../tables/intake-day.ts'
import type { LossRow } from '../tables/loss.ts'
import { loss, lossOf } from '../tables/loss.ts'
import { sensorDaySums } from '../tables/sensor-day.ts'
import type { Tables } from '../tables.ts'
import { readKey, writeKey } from './keyset.ts'

type LossQueries = Omit<LossStore, 'discard' | 'recount'>
type LossKey = readonly [day: number, journal: string, source: string, cause: string, id: string]
type GapKey = readonly [day: number, device: number, epoch: number, to: number]
/** Where a page of losses begins. Of one day losses come before gaps. */
type Place = { readonly loss: LossKey } | { readonly gap: GapKey }

export function lossQueries(runner: SqlRunner): LossQueries {
  const { db, all } = runner
  const gapsOf = (filter: LossFilter) => {
    let query = db.selectFrom('gap as g').innerJoin('device as d', 'd.id', 'g.device')
    if (filter.source !== undefined) query = query.where('d.source', '=', filter.source)
    if (filter.device !== undefined) query = query.where('d.external', 'in', spellingsOf(filter.device))
    if (filter.from !== undefined) query = query.where('g.day', '>=', filter.from)
    if (filter.to !== undefined) query = query.where('g.day', '<=', filter.to)
    return query
  }
  const lossesOf = (filter: LossFilter) => {
    let query = db.selectFrom('loss')
    if (filter.source !== undefined) query = query.where('source', '=', filter.source)
    if (filter.cause !== undefined) query = query.where('cause', '=', filter.cause)
    if (filter.from !== undefined) query = query.where('day', '>=', filter.from)
    if (filter.to !== undefined) query = query.where('day', '<=', filter.to)
    return query
  }
  const wantsGaps = ({ cause }: LossFilter) => cause === undefined || cause === 'sequence-gap'
  /** A loss that is no gap is known for a source, never for one of its sensors. */
  const wantsLosses = ({ cause, device }: LossFilter) => device === undefined && cause !== 'sequence-gap'

  async function lossesAfter(filter: LossFilter, place: Place | undefined, limit: number) {
    let query = lossesOf(filter)
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
    return (await all(ordered.compile())).map((row) => ({
      loss: lossOf(row),
      place: { loss: [row.day, row.journal, row.source, row.cause, row.id] } as Place,
    }))
  }

  /** The rest of the day, then the days before: two plain ranges of one index, where one condition would be none in MySQL. */
  async function gapsAfter(filter: LossFilter, place: Place | undefined, limit: number) {
    const base = gapsOf(filter).select([
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
      for (const { source, external, ...row } of await all(ordered.compile()))
        found.push({
          loss: { cause: 'sequence-gap', source, external, ...gap.row(row) },
          place: { gap: [row.day, row.device, row.epoch, row.to_seq] },
        })
    }
    return found
  }

  return {
    async gapsFrom(device, epoch, seq, limit) {
      const query = db
        .selectFrom('gap')
        .select(gap.columnNames)
        .where('device', '=', device)
        .where('epoch', '=', epoch)
        .where('to_seq', '>=', seq)
        .orderBy('to_seq')
        .limit(sql.lit(limit))
      return (await all(query.compile())).map(gap.row)
    },

    async losses({ cursor, limit, ...filter }) {
      const place = cursor === undefined ? undefined : placeOf(cursor)
      const losses = wantsLosses(filter) ? await lossesAfter(filter, place, limit + 1) : []
      const gaps = wantsGaps(filter) ? await gapsAfter(filter, place, limit + 1) : []
      // Both are in order, newest day first; the sort is stable, so losses stay before gaps of their day.
      const merged = [...losses, ...gaps].sort((a, b) => b.loss.day - a.loss.day)
      const items = merged.slice(0, limit)
      const last = items.at(-1)
      return {
        items: items.map(({ loss }) => loss),
        next: last && merged.length > limit ? cursorOf(last.place) : null,
      }
    },

    async lossTotals(filter) {
      const totals: LossTotal[] = []
      if (wantsGaps(filter)) {
        const sum = saturatingTotal(sql`(${sql.ref('g.to_seq')} - ${sql.ref('g.from_seq')} + 1)`)
        const [row] = await all(
          gapsOf(filter)
            .select([sum.as('frames'), sql<number>`count(*)`.as('gaps')])
            .compile(),
        )
        if (row && Number(row.gaps) > 0)
          totals.push({ cause: 'sequence-gap', frames: readSum(row.frames), uncounted: 0 })
      }
      if (wantsLosses(filter)) {
        const query = lossesOf(filter)
          .select([
            'cause',
            saturatingTotal(sql.ref('frames')).as('known'),
            sql<number | string>`count(*) - count(${sql.ref('frames')})`.as('uncounted'),
          ])
          .groupBy('cause')
          .orderBy('cause')
        for (const { cause, known, uncounted } of await all(query.compile()))
          totals.push({ cause: cause as LossRow['cause'], frames: readSum(known), uncounted: Number(uncounted) })
      }
      return totals
    },

    async sensorDays({ cursor, limit, ...filter }: Omit<LossFilter, 'cause'> & Paged) {
      let base = db.selectFrom('sensor_day as s').innerJoin('device as d', 'd.id', 's.device')
      if (filter.source !== undefined) base = base.where('d.source', '=', filter.source)
      if (filter.device !== undefined) base = base.where('d.external', 'in', spellingsOf(filter.device))
      if (filter.from !== undefined) base = base.where('s.day', '>=', filter.from)
      if (filter.to !== undefined) base = base.where('s.day', '<=', filter.to)
      const selected = base.select([
        ...(['d.source', 'd.external', 's.day', 's.device'] as const),
        ...sensorDaySums.map((name) => saturating(`s.${name}`).as(name)),
      ])
      const after = cursor === undefined ? undefined : readKey<[number, number]>(cursor, ['n', 'n'])
      const ranges = after
        ? [
            selected.where('s.day', '=', after[0]).where('s.device', '<', after[1]),
            selected.where('s.day', '<', after[0]),
          ]
        : [selected]
      const found: StoredSensorDay[] = []
      for (const range of ranges) {
        if (found.length > limit) break
        const ordered = range
          .orderBy('s.day', 'desc')
          .orderBy('s.device', 'desc')
          .limit(sql.lit(limit + 1 - found.length))
        for (const row of await all(ordered.compile())) found.push({ ...row, ...sumsOf(row) })
      }
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return { items, next: last && found.length > limit ? writeKey([last.day, last.device]) : null }
    },

    async intakeDays() {
      const sums = intakeDaySums.map((column) => saturatingTotal(sql.ref(column)).as(column))
      const query = db
        .selectFrom('intake_day')
        .select(['source', 'day', ...sums])
        .groupBy(['source', 'day'])
        .orderBy('source')
        .orderBy('day')
      return (await all(query.compile())).map(({ source, day, ...row }) => ({
        ...{ source, day, received: readSum(row.received), accepted: readSum(row.accepted) },
        ...{ refused: readSum(row.refused), unframeable: readSum(row.unframeable) },
      }))
    },

    async deadLetterCodes() {
      const query = db
        .selectFrom('dead_letter')
        .where('state', '<>', 'tentative')
        .select(['code', 'state', ({ fn }) => fn.countAll<number | string>().as('n')])
        .groupBy(['code', 'state'])
      const byCode = Map.groupBy(await all(query.compile()), ({ code }) => code)
      const sum = (rows: readonly { state: string; n: number | string }[], state: string) =>
        rows.reduce((total, row) => total + (row.state === state ? Number(row.n) : 0), 0)
      return [...byCode]
        .map(([code, rows]) => ({ code, waiting: sum(rows, 'new'), requeued: sum(rows, 'requeued') }))
        .sort((a, b) => b.waiting + b.requeued - a.waiting - a.requeued || (a.code < b.code ? -1 : 1))
    },

    async deadLetter(pos, idx) {
      const query = db
        .selectFrom('dead_letter')
        .select(deadLetter.columnNames)
        .where('pos', '=', pos)
        .where('idx', '=', idx)
        .where('state', '<>', 'tentative')
      const [row] = await all(query.compile())
      return row && (await wholeLetters(runner, [row]))[0]
    },

    async discardOf(pos, idx) {
      const query = db.selectFrom('discard').select(discard.columnNames).where('pos', '=', pos).where('idx', '=', idx)
      const [row] = await all(query.compile())
      return row && discard.row(row)
    },
  }
}

/** A column may come as text from a sum or a case. */
const sumsOf = (row: Record<(typeof sensorDaySums)[number], number>) => ({
  ...{ committed: readSum(row.committed), duplicate: readSum(row.duplicate), quarantined: readSum(row.quarantined) },
  ...{ lost: readSum(row.lost), readings: readSum(row.readings) },
})

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
