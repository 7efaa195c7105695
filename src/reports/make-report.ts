/**
 * Reports made from the store: sums where the database adds up, quarters and lists read piece by piece.
 *
 * - P1 Unknown counts neither as free nor as taken; its share stands beside every figure, and a cell of which nothing is known is null.
 * - P2 A stay counts in the period in which it ended, whole. What went on at an edge is counted in the notes.
 * - P3 Nothing is reported of the time after the last whole quarter of an hour before now, and nothing is known of what was not processed yet.
 */

import { noteText } from '@baykeeper/contract/report-notes.ts'
import type { Layout } from '../domain/layout.ts'
import { zoneClock } from '../domain/zone-clock.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { dayMs, dayName, dayNumber } from '../lib/utc-day.ts'
import type { OverstaySum, Store, TurnoverRow } from '../store/store.ts'
import { isoIn } from './format/cells.ts'
import { bayChangesList, quartersList, staysList } from './lists.ts'
import { coverageOf, createOccupancyBook, type Measured } from './occupancy-book.ts'
import { busyTable, cellsTable, daysTable, qualityDaysTable } from './occupancy-tables.ts'
import { overstayBaysTable, overstayRulesTable } from './overstay-tables.ts'
import { type Period, periodsOf } from './period.ts'
import { devicesTable, isUtcDays, lossesTable } from './quality-tables.ts'
import { eachQuarter } from './quarters.ts'
import { localDay, recordedTimes, unrecordedDays } from './recorded-days.ts'
import type { CoveredPeriod, FilledTable, Report } from './report.ts'
import type { ReportRequest } from './request.ts'
import { type Scope, scopeOf } from './scope.ts'
import type { KnownStays } from './stay-lengths.ts'
import { dwellTable, lengthsTable, sumsByBay, turnoverBaysTable, turnoverDaysTable } from './stay-tables.ts'
import { figuresTable } from './summary.ts'

/** Throws ReportRefused, StoreError. Rows of lists are read while they are gone through. */
export async function makeReport(store: Store, layout: Layout, request: ReportRequest): Promise<Report> {
  const scope = scopeOf(layout, request)
  // Without a clock nothing was processed yet.
  const processed = (await store.foldClock()) ?? instant(0)
  const { period, before } = periodsOf(request, scope.timeZone, processed)
  const sources = sourcesOf(store, scope, { ...request, processed })
  const measured = await sources.measured(period)
  const then = before && (await sources.measured(before))
  const parts = { store, scope, sources, processed, period, before, measured, then }
  const tables = await tablesOf(request, parts)
  const covered = (of: Period, by: Measured): CoveredPeriod => ({ ...of, coverage: coverageOf(by.all) })
  return {
    tables,
    head: {
      ...{ kind: request.kind, place: scope.name, site: request.site ?? null, level: request.level ?? null },
      ...{ zone: request.zone ?? null, type: request.type ?? null, bays: scope.bays.size, timeZone: scope.timeZone },
      ...{ made: request.now, period: covered(period, measured) },
      before: before && then && covered(before, then),
      notes: await notesOf(request, parts),
    },
  }
}

/** What several tables are made from, each read once for a period. */
interface Sources {
  measured(period: Period): Promise<Measured>
  stays(period: Period): Promise<KnownStays | undefined>
  overstays(period: Period): Promise<readonly OverstaySum[]>
}

interface Parts {
  readonly store: Store
  readonly scope: Scope
  readonly sources: Sources
  /** Up to where processing has come. */
  readonly processed: Instant
  readonly period: Period
  readonly before: Period | undefined
  readonly measured: Measured
  readonly then: Measured | undefined
}

type Times = Pick<ReportRequest, 'kind' | 'now' | 'keptDays'> & Pick<Parts, 'processed'>

function sourcesOf(store: Store, scope: Scope, { kind, now, keptDays, processed }: Times): Sources {
  const bays = new Set(scope.bays.keys())
  const { timeZone, holidays, place, capacity } = scope
  const measured = once(async ({ begin, end }) => {
    const book = createOccupancyBook(timeZone, holidays)
    await eachQuarter(store, { place, capacity, processed, from: begin, to: end }, book.add)
    return book.finish()
  })
  return {
    measured,
    stays: once(async (period) => {
      const { begin, end } = period
      const from = keptFrom(now, keptDays.stays)
      if (from >= end) return undefined
      const asked = { bays, from: begin, to: end, offsets: offsetsOf(timeZone, begin, end) }
      const lengths = await store.stayLengths({ ...asked, isByDay: kind === 'turnover' })
      const { all, days } = await measured(period)
      const unrecorded = unrecordedDays(scope, days, lengths)
      const isKnown = lengths.length > 0 || (all.knownMs > 0 && days.some((day) => !unrecorded.has(localDay(day))))
      return isKnown ? { lengths, from, unrecorded } : undefined
    }),
    overstays: once(({ begin, end }) => store.overstaySums({ bays, from: begin, to: end })),
  }
}

function once<T>(read: (period: Period) => Promise<T>): (period: Period) => Promise<T> {
  const known = new Map<Period, Promise<T>>()
  return (period) => known.getOrInsertComputed(period, () => read(period))
}

async function tablesOf({ kind }: ReportRequest, parts: Parts): Promise<readonly FilledTable[]> {
  const { store, scope, sources, processed, period, before, measured, then } = parts
  const known = async () => [await sources.stays(period), before && (await sources.stays(before))] as const
  switch (kind) {
    case 'summary': {
      const [now, was] = await known()
      const overstays = await sources.overstays(period)
      const figures = figuresTable(
        { scope, measured, stays: now, overstays },
        before && then ? { scope, measured: then, stays: was, overstays: await sources.overstays(before) } : undefined,
      )
      const stays = [dwellTable(now, was), lengthsTable(now, was), turnoverDaysTable(scope, measured, now)]
      return [
        ...[figures, cellsTable(measured, then), daysTable(measured), busyTable(measured), ...stays],
        ...[overstayRulesTable(overstays), await lossesTable(store, period)],
      ]
    }
    case 'occupancy':
      return [cellsTable(measured, then), daysTable(measured)]
    case 'dwell': {
      const [now, was] = await known()
      return [lengthsTable(now, was), dwellTable(now, was)]
    }
    case 'turnover': {
      const stays = await sources.stays(period)
      const sums = stays && (await turnoverOfBays(parts, stays))
      return [turnoverDaysTable(scope, measured, stays), turnoverBaysTable(scope, sums)]
    }
    case 'peaks':
      return [daysTable(measured), busyTable(measured)]
    case 'overstays': {
      const sums = await sources.overstays(period)
      return [overstayBaysTable(scope, sums), overstayRulesTable(sums)]
    }
    case 'quality':
      return [qualityDaysTable(measured), await devicesTable(store, scope, period), await lossesTable(store, period)]
    case 'stays':
      return [staysList(store, scope, period)]
    case 'occupancy-15min':
      return [quartersList(store, scope, period, processed)]
    case 'bay-changes':
      return [bayChangesList(store, scope, period)]
  }
}

/** Of the times whose stays are recorded; undefined: there is none. */
async function turnoverOfBays({ store, scope, processed, period, measured }: Parts, stays: KnownStays) {
  const bays = new Set(scope.bays.keys())
  const sums: TurnoverRow[] = []
  let ms = 0
  for (const { from, to } of recordedTimes(measured.days, stays.unrecorded, period)) {
    sums.push(...(await store.turnover({ bays, from, to })))
    ms += Math.max(0, Math.min(to, processed) - Math.max(from, stays.from))
  }
  return ms > 0 ? { sums: sumsByBay(sums), days: ms / dayMs } : undefined
}

/** What ended from here on is kept whole. */
const keptFrom = (now: Instant, days: number): Instant => instant(days === 0 ? 0 : (dayNumber(now) - days) * dayMs)

/** By how much local time differs from UTC, from one change of clocks to the next. */
function offsetsOf(zone: string, begin: number, end: number) {
  const clock = zoneClock(zone)
  const offsets = []
  for (let span = clock(begin); ; span = clock(span.to)) {
    offsets.push({ from: span.from, offsetMs: span.offsetMs })
    if (span.to >= end) return offsets
  }
}

const kindsOfStays: readonly ReportRequest['kind'][] = ['summary', 'dwell', 'turnover', 'overstays', 'stays']
/** A stay that went on at the end of the period is looked for among those that ended within this time. */
const lookAheadMs = 7 * dayMs
/** More than any layout holds: all of them are read at once. */
const baysReadMax = 1_000_000
const coverageLow = 0.8

async function notesOf(
  { kind, now, keptDays, site, type }: ReportRequest,
  { store, scope, sources, processed, period, before, measured, then }: Parts,
): Promise<string[]> {
  const notes: string[] = []
  if (period.isCut) notes.push(noteText('not-over', {}))
  if (processed < period.end) notes.push(processedNote(processed, scope.timeZone))
  if (before) notes.push(...lengthNotes(period, before, scope.timeZone))
  const coverage = coverageOf(measured.all) ?? 0
  if (coverage < coverageLow) notes.push(noteText('low-coverage', { share: percent(coverage) }))
  const was = then && (coverageOf(then.all) ?? 0)
  if (before && was !== undefined && Math.abs(was - coverage) > 0.05)
    notes.push(noteText('unequal-coverage', { first: percent(coverage), second: percent(was) }))
  if (kind === 'overstays' || kind === 'summary') {
    const n = (await store.currentOverstays()).filter(({ bay }) => scope.bays.has(bay)).length
    if (n > 0) notes.push(noteText(n === 1 ? 'overstay-on' : 'overstays-on', { n }))
  }
  if (kind === 'summary' || kind === 'quality') notes.push(...lossNotes(period, site ?? type))
  const changesFrom = keptFrom(now, keptDays.bayChanges)
  if (kind === 'bay-changes' && changesFrom > period.begin)
    notes.push(noteText('bay-changes-kept', { day: dayOf(changesFrom) }))
  if (!kindsOfStays.includes(kind)) return notes
  if ((kind === 'summary' || kind === 'turnover') && scope.countedPlaces > 0)
    notes.push(noteText('turnover-unknown', {}))
  const known = await sources.stays(period)
  if (!known) return [...notes, noteText('no-stay-known', {})]
  if (known.from > period.begin) notes.push(noteText('stays-kept', { day: dayOf(known.from) }))
  const n = known.unrecorded.size
  if (n > 0) notes.push(noteText('stays-unrecorded', { n, days: measured.days.length }))
  const bays = new Set(scope.bays.keys())
  const standing = (await store.baysSince(0, baysReadMax)).filter(
    ({ bay, state, since }) => bays.has(bay) && state === 'occupied' && since !== null && since < period.end,
  ).length
  const ended = await store.staysAcross({
    bays,
    at: period.end,
    until: instant(Math.min(now, period.end + lookAheadMs)),
  })
  const on = standing + ended
  if (on > 0) notes.push(noteText(on === 1 ? 'stay-on' : 'stays-on', { n: on }))
  return notes
}

const processedNote = (processed: Instant, zone: string) =>
  processed === 0 ? noteText('nothing-processed', {}) : noteText('processed-to', { at: isoIn(zone)(processed) })
function lengthNotes(period: Period, before: Period, zone: string): string[] {
  const cut = before.isCut ? [noteText('cut-alike', { at: isoIn(zone)(before.end) })] : []
  const [now, then] = [daysIn(period), daysIn(before)]
  // An hour more or less is a change of clocks.
  if (Math.abs(now - then) < 0.1) return cut
  return [...cut, noteText('unequal-lengths', { first: now, second: then })]
}

const lossNotes = (period: Period, part: string | undefined) => [
  ...(isUtcDays(period) ? [] : [noteText('utc-days', {})]),
  ...(part === undefined ? [] : [noteText('losses-of-all', {})]),
]

const daysIn = ({ begin, end }: Period) => Math.round(((end - begin) / dayMs) * 10) / 10
const dayOf = (from: Instant) => dayName(dayNumber(from))
const percent = (share: number) => Math.round(share * 1_000) / 10
