/** Stays of bays and sites, overstays and turnover, read back. */
import type { Overstay, Stay } from '@baykeeper/contract/history.ts'
import { stayDaysUsual, type stayRoutes } from '@baykeeper/contract/routes/stays.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import type { OverstayRow, SessionRow } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { spanOf } from '../history-query.ts'
import { ProblemError } from '../problem.ts'
import { iso } from '../wire.ts'

export function stayHandlers(context: RouteContext): Handlers<typeof stayRoutes> {
  const { store, live } = context
  return {
    async stays({ query: { bay, site, cursor, limit, ...asked } }) {
      await live.current()
      const bays = bay === undefined ? baysOf(context, site) : new Set([bay])
      if (bay !== undefined && site !== undefined && !baysOf(context, site).has(bay)) throw missing('bay', bay)
      return stayPage(context, bays, asked, { cursor, limit })
    },
    async baySessions({ params: { id }, query: { cursor, limit, ...asked } }) {
      await live.current()
      if (!live.floor.indexOf.has(id)) throw missing('bay', id)
      return stayPage(context, new Set([id]), asked, { cursor, limit })
    },
    async siteSessions({ params: { id }, query: { cursor, limit, ...asked } }) {
      await live.current()
      return stayPage(context, baysOf(context, id), asked, { cursor, limit })
    },
    async overstays({ query: { state, bay, site, cursor, limit, ...asked } }) {
      await live.current()
      const bays = bay === undefined ? baysOf(context, site) : new Set([bay])
      const onWire = overstayOnWire(live.floor.levels)
      if (state === 'current') {
        const all = (await store.currentOverstays()).filter((row) => (bay ?? site) === undefined || bays.has(row.bay))
        const page = pageOfCurrent(all, cursor, limit)
        return { items: page.items.map(onWire), next: page.next }
      }
      const filter = { ...spanOf(asked, live.now(), stayDaysUsual.stays), bays, limit }
      const { items, next } = await store.endedOverstays({ ...filter, ...(cursor ? { cursor } : {}) })
      return { items: items.map(onWire), next }
    },
    async turnover({ query: { site: id, ...asked } }) {
      await live.current()
      const [first] = levelsOf(context, id)
      if (!first) throw missing('site', id)
      const { zone } = first.site
      const bays = baysOf(context, id)
      const items = []
      for (const { day, from, to } of localDays(asked, live.now(), zone))
        for (const { bay, stays, uncertain, dwellMs, overstays, overstayMin } of await store.turnover({
          bays,
          from,
          to,
        }))
          items.push({
            ...{ day, bay, stays, uncertain, dwell_s: dwellMs / stays / 1_000 },
            ...{ overstays, overstay_min: overstayMin },
          })
      return { site: id, time_zone: zone, items }
    },
  }
}

type Levels = RouteContext['live']['floor']['levels']

const missing = (what: string, id: string) => new ProblemError(404, `there is no ${what} ${id} in the layout`)
const levelsOf = ({ live }: RouteContext, id: string) => live.floor.levels.filter(({ site }) => site.id === id)

/** Of one site, or of all. */
function baysOf(context: RouteContext, site: string | undefined): ReadonlySet<string> {
  const levels = site === undefined ? context.live.floor.levels : levelsOf(context, site)
  if (levels.length === 0 && site !== undefined) throw missing('site', site)
  return new Set(levels.flatMap(({ level }) => level.bays.map((bay) => bay.id)))
}

async function stayPage(
  context: RouteContext,
  bays: ReadonlySet<string>,
  asked: Parameters<typeof spanOf>[0],
  { cursor, limit }: { readonly cursor: string | undefined; readonly limit: number },
) {
  const { store, live } = context
  const filter = { ...spanOf(asked, live.now(), stayDaysUsual.stays), bays, limit }
  const page = await store.stays({ ...filter, ...(cursor ? { cursor } : {}) })
  return { items: await staysOnWire(context, page.items), next: page.next }
}

async function staysOnWire({ store, live }: RouteContext, rows: readonly SessionRow[]): Promise<Stay[]> {
  const here = live.presence.devices
  const known = rows.every(({ device }) => device === 0 || here.has(device))
    ? here
    : new Map((await store.devices()).map((device) => [device.id, device]))
  return rows.map(({ device, bay, arrival, departure, dwellMs, certain, maxErrorMs, ...row }) => ({
    ...{ bay, device: known.get(device)?.external ?? '', source: known.get(device)?.source ?? '' },
    ...{ arrival: iso(arrival), departure: iso(departure), dwell_s: dwellMs / 1_000, certain },
    ...{ correction_counter: row.corrections, max_error_s: maxErrorMs === null ? null : maxErrorMs / 1_000 },
    ...{ hidden_max: row.hiddenMax, overstay_min: row.overstayMin },
  }))
}

function overstayOnWire(levels: Levels) {
  const siteOf = new Map(levels.flatMap(({ site, level }) => level.bays.map(({ id }) => [id, site.id])))
  return ({ bay, arrival, begun, ended, minutes, maxStayMin, graceMin }: OverstayRow): Overstay => ({
    ...{ site: siteOf.get(bay) ?? null, bay, arrival: iso(arrival), begun: iso(begun) },
    ...{ ended: ended === null ? null : iso(ended), overstay_min: minutes },
    ...{ max_stay_min: maxStayMin, grace_min: graceMin },
  })
}

/** They are few, and read whole: a page is known by the place of its first one. */
function pageOfCurrent(all: readonly OverstayRow[], cursor: string | undefined, limit: number) {
  const from = Number(cursor ?? 0)
  if (!Number.isSafeInteger(from) || from < 0)
    throw new ProblemError(400, 'query cursor: this is not a cursor of this list', { code: 'E_INVALID' })
  const items = all.slice(from, from + limit)
  return { items, next: from + limit < all.length ? String(from + limit) : null }
}

/** Days of one answer: each is a look through the stays of its time. */
const localDaysMax = 31

function localDays(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: Instant,
  zone: string,
) {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate()
  const end = to === undefined ? today.add({ days: 1 }) : Temporal.PlainDate.from(to)
  const begin = from === undefined ? end.subtract({ days: stayDaysUsual.turnover }) : Temporal.PlainDate.from(from)
  const { days } = begin.until(end, { largestUnit: 'day' })
  if (days < 0) throw new ProblemError(400, 'query from: is after to', { code: 'E_INVALID' })
  if (days > localDaysMax)
    throw new ProblemError(400, `query from: these are ${days} days, more than ${localDaysMax}: ask for fewer`, {
      code: 'E_INVALID',
    })
  const midnight = (day: Temporal.PlainDate) => instant(day.toZonedDateTime(zone).epochMilliseconds)
  return Array.from({ length: days }, (_, i) => {
    const day = begin.add({ days: i })
    return { day: day.toString(), from: midnight(day), to: midnight(day.add({ days: 1 })) }
  })
}
