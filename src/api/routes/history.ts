/** How parking went, read back: stays of bays and sites, occupancy over time, counts of count zones, health of devices. */

import type { Stay } from '@baykeeper/contract/history.ts'
import { daysUsual, type historyRoutes } from '@baykeeper/contract/routes/history.ts'
import type { DeviceState } from '../../domain/device.ts'
import { minuteMs, quarterMs } from '../../domain/occupancy-span.ts'
import { instant } from '../../lib/brand.ts'
import { dayName, dayNumber } from '../../lib/utc-day.ts'
import type { PlaceKey, SessionRow } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { spanOf } from '../history-query.ts'
import { occupancyPoints } from '../occupancy-points.ts'
import { ProblemError } from '../problem.ts'
import { iso, saturatedMark } from '../wire.ts'

/** Days of one answer: health has a row a day, counts have 96. */
const daysMax = 400
/** Of all series together: a day by the minute of 30 places. */
const pointsMax = 43_200
const stepMs = { '1m': minuteMs, '15m': quarterMs } as const

export function historyHandlers({ store, live }: RouteContext): Handlers<typeof historyRoutes> {
  const missing = (what: string, id: string) => new ProblemError(404, `there is no ${what} ${id} in the layout`)
  const levelsOf = (id: string) => live.floor.levels.filter(({ site }) => site.id === id)
  return {
    async baySessions({ params: { id }, query: { cursor, limit, ...asked } }) {
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
      const filter = { ...spanOf(asked, live.now(), daysUsual.stays), bays: new Set([id]), devices, limit }
      const page = await store.stays({ ...filter, ...(cursor ? { cursor } : {}) })
      return { items: await staysOnWire(page.items), next: page.next }
    },
    async siteSessions({ params: { id }, query: { cursor, limit, ...asked } }) {
      await live.current()
      const levels = levelsOf(id)
      if (levels.length === 0) throw missing('site', id)
      const bays = new Set(levels.flatMap(({ level }) => level.bays.map((bay) => bay.id)))
      const filter = { ...spanOf(asked, live.now(), daysUsual.stays), bays, limit }
      const page = await store.stays({ ...filter, ...(cursor ? { cursor } : {}) })
      return { items: await staysOnWire(page.items), next: page.next }
    },
    async occupancyHistory({ params: { id }, query: { step, group, ...asked } }) {
      await live.current()
      const levels = levelsOf(id)
      const [first] = levels
      if (!first) throw missing('site', id)
      const span = spanOf(asked, live.now(), daysUsual.occupancy)
      const spanMs = stepMs[step]
      const from = instant(Math.floor(span.from / spanMs) * spanMs)
      const to = instant(Math.min(span.to, live.now()))
      const places = placesOf(id, levels, group)
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
    async deviceCounts({ params: { id }, query: { source, ...asked } }) {
      const span = notTooLong(spanOf(asked, live.now(), daysUsual.counts))
      const items = []
      for (const device of await devicesOf({ store }, id, source))
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
    async deviceHealth({ params: { id }, query: { source, ...asked } }) {
      const { from, to } = notTooLong(spanOf(asked, live.now(), daysUsual.health))
      const days = { from: dayNumber(from), to: dayNumber(Math.max(from, to - 1)) }
      const items = []
      for (const device of await devicesOf({ store }, id, source))
        for (const row of await store.health({ device: device.id, ...days }))
          items.push({
            ...{ day: dayName(row.day), source: device.source },
            ...{ min_battery_v: row.minBatteryV, min_battery_pct: row.minBatteryPct },
            ...{ min_temperature_c: row.minTemperatureC, max_temperature_c: row.maxTemperatureC },
            min_rssi_dbm: row.minRssiDbm,
          })
      return { items, next: null }
    },
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

type Levels = RouteContext['live']['floor']['levels']

function placesOf(site: string, levels: Levels, group: 'site' | 'level' | 'zone'): readonly PlaceKey[] {
  if (group === 'site') return [{ site, level: null, zone: null }]
  return levels.flatMap(({ level }): PlaceKey[] =>
    group === 'level'
      ? [{ site, level: level.id, zone: null }]
      : level.zones.map((zone) => ({ site, level: level.id, zone: zone.id })),
  )
}

async function devicesOf(
  { store }: Pick<RouteContext, 'store'>,
  external: string,
  source: string | undefined,
): Promise<readonly DeviceState[]> {
  const found = (await store.devicesByExternal(external)).filter((device) => !source || device.source === source)
  if (found.length === 0) throw new ProblemError(404, `no reading of a device ${external} has been stored`)
  return found
}

function notTooLong<T extends { from: number; to: number }>(span: T): T {
  if (dayNumber(span.to) - dayNumber(span.from) > daysMax)
    throw new ProblemError(400, `query from: more than ${daysMax} days at once`, { code: 'E_INVALID' })
  return span
}
