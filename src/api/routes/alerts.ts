/** Alerts, and what people do with them. */
import type { AlertActionResult, NewAlertAction } from '@baykeeper/contract/alerts.ts'
import type { alertRoutes } from '@baykeeper/contract/routes/alerts.ts'
import {
  type AlertGroup,
  type AlertState,
  alertGroups,
  alertRefusals,
  alertStates,
} from '@baykeeper/contract/vocabulary.ts'
import type { AlertOutcome } from '../../domain/alerts/alert-rows.ts'
import { type DeskChange, encodeDeskEntry } from '../../domain/desk-change.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { dayMs } from '../../lib/utc-day.ts'
import type { AlertRequestRow } from '../../store/store.ts'
import { alertLoad } from '../alert-load.ts'
import { alertEventOnWire, alertOnWire } from '../alert-wire.ts'
import type { RouteContext } from '../context.ts'
import { committed, publishRecord } from '../desk-publishing.ts'
import type { Handlers } from '../endpoint.ts'
import { ProblemError } from '../problem.ts'

const eventsShownMax = 200
const shelveMsMax = 7 * dayMs

export function alertHandlers(context: RouteContext): Handlers<typeof alertRoutes> {
  const { store, clock, live, requests } = context

  return {
    async alerts({ query: { group, from, to, at, severity, ...query } }) {
      const filter = {
        ...withoutAbsent({ ...query, severity, states: statesOf(group) }),
        ...{ sort: query.sort, limit: query.limit },
        ...(from === undefined ? {} : { from: instant(from) }),
        ...(to === undefined ? {} : { to: instant(to) }),
        ...(at === undefined ? {} : { openAt: instant(at) }),
      }
      const { items, next } = await store.alerts(filter)
      return { items: items.map(alertOnWire), next }
    },
    alertLoad: () => alertLoad(context),
    alert: ({ params: { id }, query, principal }) => alertInFull(store, id, query, principal?.sites !== undefined),
    async actOnAlerts({ body, principal, reply }) {
      const request = body.id ?? requests.newId()
      const known = await journaledBefore(context, request)
      if (known) return known.row ? resultOf(known.row, known.record) : reply.code(202).send(notYet(request, known))
      const before = body.id === undefined ? undefined : await store.alertRequest(body.id)
      if (before) return resultOf(before, null)
      const until = checkAction(body, clock.now())
      await refuseUnknown(context, body.alerts)
      if (body.action === 'resolve') await refuseActive(context, body.alerts)
      const change = {
        is: 'alert',
        ...{ request, alerts: [...new Set(body.alerts)], action: body.action, until },
        owner: body.owner?.trim() ?? null,
      } as const
      const { record, row } = await publish(context, change, principal?.name ?? 'unknown', body.reason ?? '')
      if (!row) return reply.code(202).send({ id: request, record })
      return resultOf(row, record)
    },
    async makeAlert({ body, principal, reply }) {
      const request = body.id ?? requests.newId()
      const known = await journaledBefore(context, request)
      if (known) return known.row ? madeBy(context, known.row) : reply.code(202).send(notYet(request, known))
      await live.current()
      const site = siteOf(live, body)
      const before = body.id === undefined ? undefined : await store.alertRequest(body.id)
      if (before) return madeBy(context, before)
      const { title, severity, bay, text } = body
      const change = {
        is: 'alert-made',
        ...{ request, title: title.trim(), severity, site, bay: bay ?? null },
        text: text?.trimEnd() ?? '',
      } as const
      const { record, row } = await publish(context, change, principal?.name ?? 'unknown', text ?? '')
      if (!row) return reply.code(202).send({ id: request, record })
      return madeBy(context, row)
    },
  }
}

const notYet = (id: string, { record }: { readonly record: number }) => ({ id, record })

/** What became of a request that is sent again; undefined: it was not journaled before. */
async function journaledBefore({ store, clock, requests }: RouteContext, request: string) {
  const [journaled] = requests.journaled()
  if (!journaled) return undefined
  return { record: journaled.record, row: await committed(() => store.alertRequest(request), clock) }
}

/** Of several alerts some may be unknown: the result of each states it. */
async function refuseUnknown({ store }: RouteContext, ids: readonly string[]) {
  for (const id of ids) if (await store.alertById(id)) return
  const more = ids.length > 1 ? `, and none of the ${ids.length - 1} others` : ''
  throw new ProblemError(404, `there is no alert ${ids[0]}${more}: GET /api/v1/alerts lists them`)
}

/** With its newest events, and a page of the alerts that it explains. */
async function alertInFull(
  store: RouteContext['store'],
  id: string,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
  ofItsSite: boolean,
) {
  const row = await store.alertById(id)
  if (!row) throw new ProblemError(404, `there is no alert ${id}: GET /api/v1/alerts lists them`)
  const events = await store.eventsOfAlert(id, eventsShownMax)
  const children = await store.alerts({
    root: id,
    ...(ofItsSite && row.site !== null ? { site: row.site } : {}),
    sort: 'raised',
    limit,
    ...(cursor === undefined ? {} : { cursor }),
  })
  const children_page = { items: children.items.map(alertOnWire), next: children.next }
  return { ...alertOnWire(row), next: row.next, events: events.map(alertEventOnWire), children_page }
}

/** Publishes what a person does, and waits a while for its outcome. */
async function publish(
  { store, clock, log, publisher }: RouteContext,
  change: Extract<DeskChange, { request: string }>,
  author: string,
  reason: string,
) {
  const at = clock.now()
  const record = encodeDeskEntry({ author, reason: reason.trimEnd(), at, change })
  const { record: number } = await publishRecord(publisher, record, {
    what: 'the action',
    where: 'GET /api/v1/alerts',
  })
  const row = await committed(() => store.alertRequest(change.request), clock)
  log.info('alerts were acted on', { request: change.request, is: change.is, by: author, record: number })
  return { record: number, row }
}

function statesOf(group: AlertGroup | 'open' | 'all'): readonly AlertState[] | undefined {
  if (group === 'all') return undefined
  if (group === 'open') return alertStates.filter((state) => state !== 'normal')
  return alertGroups[group]
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> }
const withoutAbsent = <T extends object>(fields: T): Present<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>

/** End of the shelving. Throws a problem that names what is missing. */
function checkAction({ action, until, reason }: NewAlertAction, now: Instant): Instant | null {
  const needsReason = action === 'comment' || action === 'shelve' || action === 'out-of-service'
  if (needsReason && reason === undefined) throw inBody('reason', `${action} needs a reason: say why`)
  if (action !== 'shelve') {
    if (until !== undefined) throw inBody('until', `${action} has no end: leave it out`)
    return null
  }
  if (until === undefined) throw inBody('until', 'say until when it is shelved, at most 7 days from now')
  const at = instant(Date.parse(until))
  if (at <= now) throw inBody('until', `${until} is in the past, it is ${new Date(now).toISOString()} here`)
  if (at > now + shelveMsMax)
    throw inBody('until', 'is more than 7 days from now: change the rule of an alert that is not needed')
  return at
}

const inBody = (path: string, message: string) =>
  new ProblemError(400, `body ${path}: ${message}`, { code: 'E_INVALID', errors: [{ path, message }] })

function resultOf({ id, results }: AlertRequestRow, record: number | null): AlertActionResult {
  const outcomes = JSON.parse(results) as AlertOutcome[]
  return {
    ...{ id, record },
    results: outcomes.map(({ alert, code, state }) => ({
      ...{ alert, ok: code === null, code, message: code === null ? '' : alertRefusals[code], state },
    })),
  }
}

/** An alert whose condition holds is never closed by hand. */
async function refuseActive({ store }: RouteContext, ids: readonly string[]) {
  const rows = await store.alertsById(ids)
  const open = rows.filter(({ isResolvable }) => !isResolvable)
  if (rows.length === 0 || open.length < rows.length) return
  const [first] = open
  throw new ProblemError(
    409,
    `an alert of the rule ${first?.rule} clears when its condition ends, and is not closed by hand: acknowledge it, shelve it, or change the rule. Nothing was changed.`,
    { code: 'E_STILL_ACTIVE' },
  )
}

async function madeBy({ store }: RouteContext, { results }: AlertRequestRow) {
  const [made] = JSON.parse(results) as AlertOutcome[]
  const row = made && (await store.alertById(made.alert))
  if (row) return alertOnWire(row)
  throw new ProblemError(
    409,
    'as many alerts as people can raise are open, or another request has this id: resolve some, or choose another id. Nothing was changed.',
    { code: 'E_TOO_MANY_ALERTS' },
  )
}

function siteOf(
  { floor }: RouteContext['live'],
  {
    site,
    bay,
  }: {
    readonly site?: string | undefined
    readonly bay?: string | undefined
  },
): string | null {
  const place = bay === undefined ? undefined : floor.bays.find(({ id }) => id === bay)
  if (bay !== undefined && !place)
    throw new ProblemError(404, `there is no bay ${bay} in the layout. Nothing was changed.`)
  if (site !== undefined && !floor.levels.some((one) => one.site.id === site))
    throw new ProblemError(404, `there is no site ${site} in the layout. Nothing was changed.`)
  return site ?? null
}
