/** `baykeeper schedules list|set|remove|send`: reports that a server sends by e-mail. */
import type { NewSchedule, ScheduleOnWire } from '@baykeeper/contract/report-schedule.ts'
import { routes } from '@baykeeper/contract/routes.ts'
import { type ApiOptions, failureOf, openApi } from './api-target.ts'
import { CommandFailed, exitCodes, print, type Spoken } from './output.ts'

type SchedulesOptions = ApiOptions & Spoken
type Target = Awaited<ReturnType<typeof openApi>>

async function withApi<T>(options: SchedulesOptions, ask: (target: Target) => Promise<T>): Promise<T> {
  await using target = await openApi(options)
  try {
    return await ask(target)
  } catch (fault) {
    throw failureOf(fault, target.web)
  }
}

const listed = ({ client }: Target) => client.call(routes.reportSchedules, {})

/** Exit code 1 when the newest report of one was given up. */
export async function schedulesList(options: SchedulesOptions): Promise<number> {
  const { items } = await withApi(options, listed)
  const isBad = items.some(({ last }) => last.state === 'dead')
  print(
    options,
    { schedules: items },
    () => (items.length === 0 ? ['no report is sent by e-mail'] : items.flatMap(linesOf)),
    { ok: !isBad },
  )
  return isBad ? exitCodes.failed : exitCodes.ok
}

export interface SetOptions extends SchedulesOptions {
  readonly name?: string
  readonly kind?: NewSchedule['kind']
  readonly site?: string
  readonly level?: string
  readonly zone?: string
  readonly type?: NonNullable<NewSchedule['type']>
  readonly period?: NewSchedule['period']
  readonly compare?: NewSchedule['compare']
  readonly format?: NewSchedule['format']
  readonly table?: string
  readonly every?: NewSchedule['every']
  readonly weekday?: NonNullable<NewSchedule['weekday']>
  readonly monthDay?: number
  readonly at?: string
  readonly timeZone?: string
  readonly channel?: string
  readonly pause?: boolean
  readonly resume?: boolean
  readonly reason?: string
}

export async function schedulesSet(id: string, options: SetOptions): Promise<number> {
  if (options.pause && options.resume) throw new CommandFailed(exitCodes.usage, 'give --pause or --resume, not both')
  await withApi(options, async (target) => {
    const before = (await listed(target)).items.find((one) => one.id === id)
    await target.client.call(routes.putReportSchedule, { params: { id }, body: bodyOf(options, before) })
  })
  const now = (await withApi(options, listed)).items.find((one) => one.id === id)
  print(options, { schedule: now ?? null }, () =>
    now ? linesOf(now) : [`${id} is safe in the journal, and not in effect yet`],
  )
  return exitCodes.ok
}

export async function schedulesRemove(id: string, options: SchedulesOptions): Promise<number> {
  await withApi(options, ({ client }) => client.call(routes.deleteReportSchedule, { params: { id }, query: {} }))
  print(options, { removed: id }, () => [`${id} is not sent any more`])
  return exitCodes.ok
}

export async function schedulesSend(id: string, options: SchedulesOptions): Promise<number> {
  const asked = await withApi(options, ({ client }) => client.call(routes.sendReport, { params: { id } }))
  print(options, asked, () => [`${id} will be sent: "schedules list" shows what becomes of it`])
  return exitCodes.ok
}

/** What is not given stays as it is; a new time of another interval takes the place of the one before. */
function bodyOf(given: SetOptions, before: ScheduleOnWire | undefined): NewSchedule {
  const { name, kind, period, every, at, channel } = { ...before, ...defined(given) }
  if (!name || !kind || !period || !every || !at || !channel)
    throw new CommandFailed(
      exitCodes.usage,
      'a new schedule needs --name, --kind, --period, --every, --at and --channel',
    )
  const { site = null, level = null, zone = null, type = null, table = null } = { ...before, ...defined(given) }
  return {
    ...{ name, kind, site, level, zone, type, period, every, at, channel, table },
    compare: given.compare ?? before?.compare ?? 'none',
    format: given.format ?? before?.format ?? 'xlsx',
    weekday: every === 'week' ? (given.weekday ?? before?.weekday ?? null) : null,
    month_day: every === 'month' ? (given.monthDay ?? before?.month_day ?? null) : null,
    time_zone: given.timeZone ?? before?.time_zone,
    paused: given.pause ?? (given.resume ? false : (before?.paused ?? false)),
    reason: given.reason,
  }
}

const defined = <T extends object>(options: T): Partial<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>

function linesOf(schedule: ScheduleOnWire): string[] {
  const { id, name, kind, period, format, every, weekday, month_day, at, time_zone, channel, next_due, last } = schedule
  const day = weekday ?? (month_day === null ? '' : `day ${month_day}`)
  const newest = last.due === null ? last.state : `${last.state}, due ${last.due}${last.asked ? ' (asked for)' : ''}`
  return [
    `${id.padEnd(20)} ${name}: ${kind} of ${period}, ${format}, to ${channel}`,
    `${' '.repeat(20)} every ${every}${day && ` on ${day}`} at ${at} ${time_zone}; next ${next_due ?? 'none: it is paused'}`,
    `${' '.repeat(20)} newest: ${newest}${last.detail && `: ${last.detail}`}`,
  ]
}
