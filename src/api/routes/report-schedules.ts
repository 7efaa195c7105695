/** Reports that are sent by e-mail again and again. */
import { randomUUID } from 'node:crypto'
import { type NewSchedule, schedulesMax } from '@baykeeper/contract/report-schedule.ts'
import { reportKinds } from '@baykeeper/contract/reports.ts'
import type { reportScheduleRoutes } from '@baykeeper/contract/routes/report-schedules.ts'
import { encodeDeskEntry } from '../../domain/desk-change.ts'
import type { Site } from '../../domain/layout.ts'
import type { ReportSchedule } from '../../domain/report-schedule.ts'
import { ReportRefused } from '../../reports/request.ts'
import { scopeOf } from '../../reports/scope.ts'
import type { ReportScheduleRow } from '../../store/store.ts'
import { NotifierUnavailable, type RouteContext } from '../context.ts'
import { committed, publishRecord } from '../desk-publishing.ts'
import type { Handlers } from '../endpoint.ts'
import { ProblemError } from '../problem.ts'
import { scheduleFromWire, scheduleOnWire } from '../schedule-wire.ts'
import { asked } from './notifications.ts'

type KeptRow = ReportScheduleRow & { readonly schedule: ReportSchedule }
const isKept = (row: ReportScheduleRow): row is KeptRow => row.schedule !== null

export function reportScheduleHandlers(context: RouteContext): Handlers<typeof reportScheduleRoutes> {
  const { store, clock, log, notifier, simulated } = context
  const kept = async () => (await store.reportSchedules()).filter(isKept)

  async function found(id: string): Promise<KeptRow> {
    const row = (await kept()).find((one) => one.id === id)
    if (row) return row
    throw missing(id)
  }

  const shown = async (row: KeptRow) => scheduleOnWire(row, await newestReports(context), clock.now())

  return {
    async reportSchedules() {
      const [rows, newest] = [await kept(), await newestReports(context)]
      return { items: rows.map((row) => scheduleOnWire(row, newest, clock.now())), next: null }
    },
    reportSchedule: async ({ params: { id } }) => shown(await found(id)),
    async putReportSchedule({ params: { id }, body, principal, reply }) {
      const schedule = await checkedSchedule(context, id, body)
      const others = (await kept()).filter((row) => row.id !== id)
      if (others.length >= schedulesMax) throw tooMany(id)
      const by = { author: principal?.name ?? 'unknown', reason: body.reason?.trimEnd() ?? '' }
      const { row, number } = await change(context, id, schedule, by)
      return row && isKept(row) ? shown(row) : reply.code(202).send({ id, record: number })
    },
    async deleteReportSchedule({ params: { id }, query: { reason = '' }, principal, reply }) {
      await found(id)
      const by = { author: principal?.name ?? 'unknown', reason: reason.trimEnd() }
      const { row, number } = await change(context, id, null, by)
      return row ? { id, record: number } : reply.code(202).send({ id, record: number })
    },
    async sendReport({ params: { id }, principal, reply }) {
      await found(id)
      if (simulated())
        throw new ProblemError(409, 'reports of the simulated city are not sent. Nothing was sent.', {
          code: 'E_NOT_SENT',
        })
      const author = principal?.name ?? 'unknown'
      const outcome = await asked(notifier, (running) => running.sendReport(id, author))
      if (!outcome) throw missing(id)
      if (outcome.is === 'refused')
        throw new ProblemError(409, `${outcome.reason} Nothing was sent.`, { code: 'E_NOT_SENT' })
      log.info('a report is sent, asked for by a person', { schedule: id, by: author })
      return reply.code(202).send({ id, delivery: outcome.delivery, key: outcome.key })
    },
  }
}

/** Undefined: the notifier does not answer, or does not run. */
async function newestReports({ notifier }: RouteContext) {
  if (!notifier) return undefined
  try {
    return new Map((await notifier.mailedReports()).map((one) => [one.schedule, one]))
  } catch (fault) {
    if (fault instanceof NotifierUnavailable) return undefined
    throw fault
  }
}

/** Publishes it, and waits a while until it is in the database. */
async function change(
  { clock, log, publisher, store }: RouteContext,
  id: string,
  schedule: ReportSchedule | null,
  by: { readonly author: string; readonly reason: string },
) {
  const request = randomUUID()
  const record = encodeDeskEntry({ ...by, at: clock.now(), change: { is: 'report-schedule', request, id, schedule } })
  const where = { what: 'the schedule', where: `GET /api/v1/report-schedules/${id}` }
  const { record: number } = await publishRecord(publisher, record, where)
  const row = await committed(
    async () => (await store.reportSchedules()).find((one) => one.id === id && one.request === request),
    clock,
  )
  log.info('a schedule of reports was changed', {
    schedule: id,
    isRemoved: schedule === null,
    by: by.author,
    record: number,
  })
  return { row, number }
}

/** Throws a problem that names what is wrong. */
async function checkedSchedule(context: RouteContext, id: string, body: NewSchedule): Promise<ReportSchedule> {
  const fault = timingFault(body) ?? tableFault(body)
  if (fault) throw invalid(fault.path, fault.message)
  checkChannel(body.channel, context)
  const layout = (await context.store.layout())?.layout
  if (!layout) throw new ProblemError(404, 'there is no layout yet: publish one first. Nothing was changed.')
  const timeZone = body.time_zone ?? zoneOf(layout.sites, body.site) ?? context.notificationZone ?? 'UTC'
  if (!isZone(timeZone)) throw invalid('time_zone', `there is no ${timeZone}: give an IANA zone such as Europe/Berlin`)
  const schedule = scheduleFromWire(id, timeZone, body)
  const { site, level, zone, type } = schedule
  try {
    scopeOf(layout, {
      ...{ site: site ?? undefined, level: level ?? undefined, zone: zone ?? undefined, type: type ?? undefined },
      ...(site === null ? { timeZone } : {}),
    })
  } catch (refused) {
    if (!(refused instanceof ReportRefused)) throw refused
    if (refused.is === 'missing') throw new ProblemError(404, `${refused.message}. Nothing was changed.`)
    const [path = '', ...rest] = refused.message.split(': ')
    throw invalid(path, rest.join(': '))
  }
  return schedule
}

function timingFault({ every, weekday, month_day }: NewSchedule) {
  if (every === 'week' ? weekday === null : weekday !== null)
    return {
      path: 'weekday',
      message: every === 'week' ? 'name the day of the week' : 'only a report of every week has one',
    }
  if (every === 'month' ? month_day === null : month_day !== null)
    return {
      path: 'month_day',
      message: every === 'month' ? 'name the day of the month, 1 to 31' : 'only a report of every month has one',
    }
  return undefined
}

function tableFault({ kind, format, table }: NewSchedule) {
  if (table === null) return undefined
  if (format !== 'csv') return { path: 'table', message: 'a workbook holds all tables: leave it out, or choose csv' }
  const names = reportKinds[kind].tables.map(({ name }) => name as string)
  return names.includes(table)
    ? undefined
    : { path: 'table', message: `${kind} has no table ${table}; it has ${names.join(', ')}` }
}

/** The zone of a site, or of all of them; undefined: they have several. */
function zoneOf(sites: readonly Site[], site: string | null): string | undefined {
  const zones = new Set(sites.filter(({ id }) => site === null || id === site).map(({ zone }) => zone))
  return zones.size === 1 ? [...zones][0] : undefined
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined
  } catch {
    return false
  }
}

function checkChannel(channel: string, { notifier }: RouteContext): void {
  const report = notifier?.report()
  if (report?.state === 'absent') throw new ProblemError(503, report.detail, { code: 'E_NO_NOTIFIER' })
  const found = report?.items.find(({ name }) => name === channel)
  if (!found)
    throw new ProblemError(
      404,
      `no channel ${channel} is configured: GET /api/v1/notification-channels lists them. Nothing was changed.`,
    )
  if (found.kind !== 'email')
    throw invalid('channel', `${channel} is of kind ${found.kind}: reports are sent by a channel of kind email`)
}

const missing = (id: string) =>
  new ProblemError(404, `there is no schedule ${id}: GET /api/v1/report-schedules lists them. Nothing was changed.`)

const tooMany = (id: string) =>
  new ProblemError(409, `there are ${schedulesMax} schedules, which is the most: remove one before you set up ${id}`, {
    code: 'E_TOO_MANY_SCHEDULES',
  })

const invalid = (path: string, message: string) =>
  new ProblemError(400, `body ${path}: ${message}. Nothing was changed.`, {
    code: 'E_INVALID',
    errors: [{ path, message }],
  })
