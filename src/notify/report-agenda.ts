/**
 * Looks which reports are due, and makes them one after the other. Two loops beside those of the channels: a report that cannot be made, or takes long,
 * delays no alert.
 *
 * - M1 Of the due times that were missed the newest one is sent, once; its message states that it is late.
 * - M2 Nothing is due while a schedule is paused, and nothing of that time is sent later.
 * - M3 What waits of a schedule that was removed or paused is given up, unless a receiver may have seen it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ReportScheduleRow } from '../domain/folds/report-schedules.ts'
import { type DueTimes, dueTimes } from '../domain/report-due.ts'
import { hasSameTiming, type ReportSchedule } from '../domain/report-schedule.ts'
import type { Log } from '../lib/log.ts'
import { minuteMs } from '../lib/utc-day.ts'
import type { ReportContent } from './delivery.ts'
import type { DueReport, ReportBook, ReportToMake } from './report-book.ts'
import { type MadeReport, ReportImpossible, type ReportSource } from './report-source.ts'
import type { ChannelSettings } from './settings.ts'

export interface ReportAgendaOptions {
  readonly source: ReportSource
  readonly book: ReportBook
  readonly channels: Readonly<Record<string, ChannelSettings>>
  readonly log: Log
  readonly now: () => number
  readonly signal: AbortSignal
  /** A report is ready for this channel. */
  onMade(channel: string): void
  readonly pollMs?: number | undefined
}

export interface ReportAgenda {
  /** Undefined: there is no such schedule. */
  ask(id: string, author: string): Promise<AskOutcome | undefined>
  /** There may be something to make. */
  wake(): void
  readonly ended: Promise<unknown>
}

export type AskOutcome =
  | { readonly is: 'asked'; readonly delivery: number; readonly key: string }
  | { readonly is: 'refused'; readonly reason: string }

/** How late a report may be due to be seen. */
const pollMsUsual = 5_000
const makeWaitMsMax = 30_000
/** Later than this it was missed. */
export const lateMs = 15 * minuteMs
/** With the encoding of mail a third more: most servers take 20 to 25 MB. */
export const fileBytesMax = 10 * 1024 * 1024
/** Files that wait in `notify.db`, together. */
const waitingBytesMax = 20 * fileBytesMax

export function startReportAgenda(options: ReportAgendaOptions): ReportAgenda {
  const { source, book, now, signal, pollMs = pollMsUsual } = options
  let wake = () => {}
  const awake = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  signal.addEventListener('abort', () => wake(), { once: true })
  const ended = Promise.all([followSchedules(options, pollMs, () => wake()), makeReports(options, awake)])
  return {
    async ask(id, author) {
      const row = (await source.schedules()).find((one) => one.id === id)
      if (!row?.schedule) return undefined
      const report = dueReport(options, row.schedule, author, now())
      if (report.dead !== undefined) return { is: 'refused', reason: report.dead }
      const asked = book.ask(report)
      if (!asked) return { is: 'refused', reason: 'One that was asked for has not been sent or given up yet.' }
      wake()
      return { is: 'asked', ...asked }
    },
    wake: () => wake(),
    ended,
  }
}

async function followSchedules(
  { source, book, channels, log, now, signal }: ReportAgendaOptions,
  pollMs: number,
  wake: () => void,
) {
  const times = new Map<string, { readonly of: ReportSchedule; readonly due: DueTimes }>()
  const faulty = new Set<string>()
  const dueOf = (schedule: ReportSchedule) => {
    const known = times.get(schedule.id)
    if (known && hasSameTiming(known.of, schedule)) return known.due
    const due = rememberedTimes(dueTimes(schedule))
    times.set(schedule.id, { of: schedule, due })
    return due
  }
  let failures = 0
  while (!signal.aborted) {
    try {
      const rows = await source.schedules()
      failures = 0
      if (signal.aborted) return
      for (const row of rows)
        try {
          if (look({ book, channels, log, now }, row, dueOf)) wake()
          faulty.delete(row.id)
        } catch (error) {
          if (!faulty.has(row.id)) log.error('when a report is due cannot be computed', { schedule: row.id, error })
          faulty.add(row.id)
        }
      giveUpRemoved(book, rows, log)
    } catch (error) {
      if (failures++ === 0) log.warn('schedules of reports cannot be read; it is tried again', { error })
    }
    await sleep(pollMs, undefined, { signal }).catch(() => undefined)
  }
}

type Looking = Pick<ReportAgendaOptions, 'book' | 'channels' | 'log' | 'now'>

/** True: it is due. */
function look(options: Looking, row: ReportScheduleRow, dueOf: (schedule: ReportSchedule) => DueTimes): boolean {
  const { book, log, now } = options
  const { schedule, since, author } = row
  if (!schedule || schedule.isPaused) return false
  const at = now()
  const upto = book.upto(row.id)
  // The clock was ahead: what is due again then is known by its key.
  if (upto > at) book.setUpto(row.id, at)
  const due = dueOf(schedule).last(at)
  if (due <= Math.max(Math.min(upto, at), since > at ? 0 : since)) return false
  const report = dueReport(options, schedule, author, due)
  book.add(report)
  if (report.dead === undefined) return true
  log.error('a report was given up', { schedule: row.id, reason: report.dead })
  return false
}

function dueReport(
  { channels }: Pick<ReportAgendaOptions, 'channels'>,
  { id, name, site, channel }: ReportSchedule,
  author: string,
  due: number,
): DueReport {
  const kind = Object.hasOwn(channels, channel) ? channels[channel]?.kind : undefined
  const dead =
    kind === 'email'
      ? undefined
      : kind === undefined
        ? `No channel ${channel} is configured.`
        : `The channel ${channel} is of kind ${kind}: reports are sent by a channel of kind email.`
  return { schedule: id, due, channel, author, name, site: site ?? '', dead }
}

/** They are looked at every few seconds, and are others seldom. */
function rememberedTimes(due: DueTimes): DueTimes {
  let [last, next] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  return {
    last(at) {
      if (at < last || at >= next) [last, next] = [due.last(at), due.next(at)]
      return last
    },
    next: due.next,
  }
}

function giveUpRemoved(book: ReportBook, rows: readonly ReportScheduleRow[], log: Log) {
  const waiting = book.waiting()
  if (waiting.length === 0) return
  const byId = new Map(rows.map((row) => [row.id, row]))
  for (const { schedule: id, isAsked } of waiting) {
    const row = byId.get(id)
    if (!row) continue
    const isRemoved = row.schedule === null
    if (!isRemoved && (isAsked || !row.schedule?.isPaused)) continue
    book.cancel(id, isRemoved ? 'Its schedule was removed.' : 'Its schedule was paused.', isRemoved)
    log.info('a report that waited is not sent: its schedule was removed or paused', { schedule: id })
  }
}

async function makeReports(options: ReportAgendaOptions, awake: (ms: number) => Promise<void>) {
  const { book, log, now, signal } = options
  while (!signal.aborted)
    try {
      const next = book.toMake()
      if (next) await untilStopped(makeOne(options, next), signal)
      else await awake(Math.min(makeWaitMsMax, Math.max(20, (book.nextMake() ?? Number.POSITIVE_INFINITY) - now())))
    } catch (error) {
      if (signal.aborted) return
      // As a disk that is full: alerts are sent all the same.
      log.error('what became of a report cannot be noted; it is made again', { error })
      await awake(makeWaitMsMax)
    }
}

/** A report that takes long keeps no process from ending. */
async function untilStopped(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = () => resolve()
  signal.addEventListener('abort', stop, { once: true })
  try {
    await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function makeOne(options: ReportAgendaOptions, report: ReportToMake): Promise<void> {
  const { source, book, channels, log, signal } = options
  const { key, schedule: id, due, channel } = report
  const found = Object.hasOwn(channels, channel) ? channels[channel] : undefined
  const locale = found?.locale ?? 'en'
  try {
    if (book.fileBytes() > waitingBytesMax) throw new Error('too many reports wait to be sent already')
    const row = (await source.schedules()).find((one) => one.id === id)
    if (!row) throw new Error(`the database has no schedule ${id}`)
    if (!row.schedule) throw new ReportImpossible('Its schedule was removed.')
    const made = await source.make(row.schedule, { due, locale, bytesMax: fileBytesMax })
    // The database of the notifier is closed behind it.
    if (signal.aborted) return
    book.made(key, contentOf(row.schedule, made, report, options.now()), made.file)
    options.onMade(channel)
  } catch (error) {
    if (signal.aborted) return
    const isFinal = error instanceof ReportImpossible
    const reason = isFinal ? error.message : `The report cannot be made yet: ${(error as Error).message}.`
    book.notMade(key, reason, isFinal)
    if (isFinal) log.error('a report was given up', { schedule: id, reason })
    else log.warn('a report was not made; it is tried again', { schedule: id, reason })
  }
}

function contentOf(
  { kind, site, type, compare, timeZone: dueZone }: ReportSchedule,
  { fileName, type: fileType, file, ...made }: MadeReport,
  { due, isAsked }: ReportToMake,
  at: number,
): ReportContent {
  return {
    ...{ kind, site, type, compare, dueZone, due, isAsked, isLate: !isAsked && at - due > lateMs, ...made },
    file: { name: fileName, type: fileType, bytes: file?.byteLength ?? null },
  }
}
