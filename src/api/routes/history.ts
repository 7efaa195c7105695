/** How parking went, read back: stays of bays and sites, occupancy over time, counts of count zones, health of devices. */
import {
  deviceDaySchema,
  occupancyGroups,
  occupancyHistorySchema,
  occupancySteps,
  type Stay,
  staySchema,
  zoneCountSchema,
} from '@baykeeper/contract/history.ts'
import { pageOf } from '@baykeeper/contract/page.ts'
import * as z from 'zod'
import type { DeviceState } from '../../domain/device.ts'
import { minuteMs, quarterMs } from '../../domain/occupancy-span.ts'
import { instant } from '../../lib/brand.ts'
import { dayName, dayNumber } from '../../lib/utc-day.ts'
import type { PlaceKey, SessionRow } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import { cursorField, type Endpoint, endpoint, idParams, limitField, nameField } from '../endpoint.ts'
import { spanOf, timeField } from '../history-query.ts'
import { occupancyPoints } from '../occupancy-points.ts'
import { ProblemError } from '../problem.ts'
import { iso, saturatedMark } from '../wire.ts'

const stayPage = pageOf(staySchema)
const countPage = pageOf(zoneCountSchema)
const deviceDayPage = pageOf(deviceDaySchema)

const staysMax = 1_000
const staysUsual = 100
const stayDaysUsual = 7
const occupancyDaysUsual = 1
const countDaysUsual = 1
const healthDaysUsual = 31
/** Days of one answer: health has a row a day, counts have 96. */
const daysMax = 400
/** Of all series together: a day by the minute of 30 places. */
const pointsMax = 43_200
const stepMs = { '1m': minuteMs, '15m': quarterMs } as const

const staysQuery = z.strictObject({
  from: timeField().describe(`departure, inclusive; default ${stayDaysUsual} days before \`to\``),
  to: timeField().describe('departure, exclusive; default now'),
  cursor: cursorField,
  limit: limitField(staysMax, staysUsual),
})
const deviceQuery = (daysUsual: number) =>
  z.strictObject({
    from: timeField().describe(`inclusive; default ${daysUsual} days before \`to\``),
    to: timeField().describe('exclusive; default now'),
    source: nameField,
  })

export function historyRoutes({ store, live }: RouteContext): Endpoint[] {
  const missing = (what: string, id: string) => new ProblemError(404, `there is no ${what} ${id} in the layout`)
  const levelsOf = (id: string) => live.floor.levels.filter(({ site }) => site.id === id)
  return [
    endpoint({
      method: 'GET',
      path: '/api/v1/bays/{id}/sessions',
      access: 'read',
      tag: 'History',
      summary: 'Stays of one bay that ended, newest first',
      description:
        'Of the devices that watch the bay, claim it or are named as it. The stay that goes on is the `since` of the bay.',
      params: idParams,
      query: staysQuery,
      problems: [404, 503],
      answers: [{ status: 200, description: 'A page of stays', schema: ['StayPage', stayPage] }],
      async handle({ params: { id }, query: { cursor, limit, ...asked } }) {
        await live.current()
        const { floor, presence } = live
        const index = floor.indexOf.get(id)
        if (index === undefined) throw missing('bay', id)
        const watching = [...presence.devices.values()].filter(
          (device) => device.claimedBay === id || floor.bayOf(device) === index,
        )
        // A device that was new a moment ago is in the store, and not yet in the live state.
        const named = await store.devicesByExternal(id)
        const devices = [...new Set([...watching, ...named].map((device) => device.id))]
        if (devices.length === 0) return { items: [], next: null }
        const filter = { ...spanOf(asked, live.now(), stayDaysUsual), bays: new Set([id]), devices, limit }
        const page = await store.stays({ ...filter, ...(cursor ? { cursor } : {}) })
        return { items: await staysOnWire(page.items), next: page.next }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/sites/{id}/sessions',
      access: 'read',
      tag: 'History',
      summary: 'Stays of one site that ended, newest first',
      params: idParams,
      query: staysQuery,
      problems: [404, 503],
      answers: [{ status: 200, description: 'A page of stays', schema: ['StayPage', stayPage] }],
      async handle({ params: { id }, query: { cursor, limit, ...asked } }) {
        await live.current()
        const levels = levelsOf(id)
        if (levels.length === 0) throw missing('site', id)
        const bays = new Set(levels.flatMap(({ level }) => level.bays.map((bay) => bay.id)))
        const filter = { ...spanOf(asked, live.now(), stayDaysUsual), bays, limit }
        const page = await store.stays({ ...filter, ...(cursor ? { cursor } : {}) })
        return { items: await staysOnWire(page.items), next: page.next }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/sites/{id}/occupancy/history',
      access: 'read',
      tag: 'History',
      summary: 'Occupancy of one site over time, in even steps',
      description:
        'Folded from readings as they came. A step in which nothing changed is as the one before ended; the step that goes on is told as if nothing changed until its end. What nobody knew is null, and coverage says how much was known.',
      params: idParams,
      query: z.strictObject({
        from: timeField().describe(
          `taken back to the begin of its step; default ${occupancyDaysUsual} day before \`to\``,
        ),
        to: timeField().describe('exclusive; default, and at most, now'),
        step: z.enum(occupancySteps).default('15m'),
        group: z
          .enum(occupancyGroups)
          .default('site')
          .describe('one series of the site, of each level or of each zone'),
      }),
      problems: [404, 503],
      answers: [{ status: 200, description: 'Series of steps', schema: ['OccupancyHistory', occupancyHistorySchema] }],
      async handle({ params: { id }, query: { step, group, ...asked } }) {
        await live.current()
        const levels = levelsOf(id)
        const [first] = levels
        if (!first) throw missing('site', id)
        const span = spanOf(asked, live.now(), occupancyDaysUsual)
        const spanMs = stepMs[step]
        const from = instant(Math.floor(span.from / spanMs) * spanMs)
        const to = instant(Math.min(span.to, live.now()))
        const places: readonly PlaceKey[] =
          group === 'site'
            ? [{ site: id, level: null, zone: null }]
            : levels.flatMap(({ level }): PlaceKey[] =>
                group === 'level'
                  ? [{ site: id, level: level.id, zone: null }]
                  : level.zones.map((zone) => ({ site: id, level: level.id, zone: zone.id })),
              )
        const points = places.length * Math.ceil(Math.max(0, to - from) / spanMs)
        if (points > pointsMax)
          throw new ProblemError(
            400,
            `query from: these are ${points} points, more than ${pointsMax}: ask for less time, a longer step or a larger group`,
            { code: 'E_INVALID' },
          )
        const series = []
        for (const place of places) {
          const rows = await store.occupancy({ ...place, spanMs, from, to })
          series.push({ level: place.level, zone: place.zone, points: occupancyPoints(rows, { from, to, spanMs }) })
        }
        return { site: id, time_zone: first.site.zone, step, from: iso(from), to: iso(to), series }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/devices/{id}/counts',
      access: 'read',
      tag: 'History',
      summary: 'Entries and exits of one counting device, by quarter of an hour',
      description: 'Oldest first; a quarter in which nothing was counted is left out.',
      params: idParams,
      query: deviceQuery(countDaysUsual),
      problems: [404, 503],
      answers: [{ status: 200, description: 'Counts', schema: ['ZoneCountPage', countPage] }],
      async handle({ params: { id }, query: { source, ...asked } }) {
        const span = notTooLong(spanOf(asked, live.now(), countDaysUsual))
        const items = []
        for (const device of await devicesOf(id, source))
          for (const { start, entries, exits, resets } of await store.counted({ device: device.id, ...span }))
            items.push({
              source: device.source,
              start: iso(start),
              entries,
              exits,
              ...saturatedMark(entries, exits),
              resets,
            })
        return { items, next: null }
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/v1/devices/{id}/health',
      access: 'read',
      tag: 'History',
      summary: 'Battery, temperature and signal of one device: the extremes of each UTC day',
      description: 'Oldest first; a day on which nothing of it was measured is left out.',
      params: idParams,
      query: deviceQuery(healthDaysUsual),
      problems: [404, 503],
      answers: [{ status: 200, description: 'Days', schema: ['DeviceDayPage', deviceDayPage] }],
      async handle({ params: { id }, query: { source, ...asked } }) {
        const { from, to } = notTooLong(spanOf(asked, live.now(), healthDaysUsual))
        const days = { from: dayNumber(from), to: dayNumber(Math.max(from, to - 1)) }
        const items = []
        for (const device of await devicesOf(id, source))
          for (const row of await store.health({ device: device.id, ...days }))
            items.push({
              ...{ day: dayName(row.day), source: device.source },
              ...{ min_battery_v: row.minBatteryV, min_battery_pct: row.minBatteryPct },
              ...{ min_temperature_c: row.minTemperatureC, max_temperature_c: row.maxTemperatureC },
              min_rssi_dbm: row.minRssiDbm,
            })
        return { items, next: null }
      },
    }),
  ]

  async function devicesOf(external: string, source: string | undefined): Promise<readonly DeviceState[]> {
    const found = (await store.devicesByExternal(external)).filter((device) => !source || device.source === source)
    if (found.length === 0) throw new ProblemError(404, `no reading of a device ${external} has been stored`)
    return found
  }

  async function staysOnWire(rows: readonly SessionRow[]): Promise<Stay[]> {
    const here = live.presence.devices
    const known = rows.every(({ device }) => here.has(device))
      ? here
      : new Map((await store.devices()).map((device) => [device.id, device]))
    return rows.map(({ device, bay, arrival, departure, dwellMs, certain }) => ({
      ...{ bay, device: known.get(device)?.external ?? '', source: known.get(device)?.source ?? '' },
      ...{ arrival: iso(arrival), departure: iso(departure), dwell_s: dwellMs / 1_000, certain },
    }))
  }
}

function notTooLong<T extends { from: number; to: number }>(span: T): T {
  if (dayNumber(span.to) - dayNumber(span.from) > daysMax)
    throw new ProblemError(400, `query from: more than ${daysMax} days at once`, { code: 'E_INVALID' })
  return span
}
