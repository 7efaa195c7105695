/** How parking went, read back: occupancy over time, counts of count zones, health of devices. */

import type { cityGroups, occupancyGroups } from '@baykeeper/contract/history.ts'
import { daysUsual, type historyRoutes } from '@baykeeper/contract/routes/history.ts'
import type { BayType } from '@baykeeper/contract/vocabulary.ts'
import type { DeviceState } from '../../domain/device.ts'
import { quarterMs } from '../../domain/occupancy-span.ts'
import { placeOfType } from '../../domain/watching.ts'
import { instant } from '../../lib/brand.ts'
import { dayName, dayNumber, minuteMs } from '../../lib/utc-day.ts'
import type { PlaceKey } from '../../store/store.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { type Asked, spanOf } from '../history-query.ts'
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
    async occupancyHistory({ params: { id }, query: { step, group, ...asked } }) {
      await live.current()
      const levels = levelsOf(id)
      const [first] = levels
      if (!first) throw missing('site', id)
      const { from, to, series } = await pointsOf({ store, live }, placesOf(id, levels, group), step, asked)
      return {
        ...{ site: id, time_zone: first.site.zone, step, from, to },
        series: series.map(({ place: { level, zone, type }, points }) => ({ level, zone, type, points })),
      }
    },
    async cityOccupancyHistory({ query: { step, group, ...asked } }) {
      await live.current()
      const { from, to, series } = await pointsOf({ store, live }, cityPlacesOf(live.floor.levels, group), step, asked)
      return { step, from, to, series: series.map(({ place: { site, type }, points }) => ({ site, type, points })) }
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
}

/** Of each place, the steps from the one that holds `from`. */
async function pointsOf(
  { store, live }: Pick<RouteContext, 'store' | 'live'>,
  places: readonly NamedPlace[],
  step: keyof typeof stepMs,
  asked: Asked,
) {
  const span = spanOf(asked, live.now(), daysUsual.occupancy)
  const spanMs = stepMs[step]
  const from = instant(Math.floor(span.from / spanMs) * spanMs)
  const to = instant(Math.min(span.to, live.now()))
  const points = places.length * Math.ceil(Math.max(0, to - from) / spanMs)
  if (points > pointsMax)
    throw new ProblemError(
      400,
      `query from: these are ${points} points, more than ${pointsMax}: ask for less time, a longer step or a larger group`,
      { code: 'E_INVALID' },
    )
  const series = []
  for (const place of places) {
    const rows = await store.occupancy({ ...rollupOf(place), spanMs, from, to })
    series.push({ place, points: occupancyPoints(rows, { from, to, spanMs }) })
  }
  return { from: iso(from), to: iso(to), series }
}

type Levels = RouteContext['live']['floor']['levels']

/** As it is answered: a type is no zone. */
interface NamedPlace extends PlaceKey {
  readonly type: BayType | null
}
const rollupOf = ({ type, ...place }: NamedPlace): PlaceKey => (type === null ? place : placeOfType(place.site, type))

const whole = { level: null, zone: null, type: null }

const typesOf = (levels: Levels): readonly BayType[] => [
  ...new Set(levels.flatMap(({ level }) => level.bays.flatMap(({ types }) => types))),
]

function placesOf(site: string, levels: Levels, group: (typeof occupancyGroups)[number]): readonly NamedPlace[] {
  switch (group) {
    case 'site':
      return [{ ...whole, site }]
    case 'type':
      return typesOf(levels).map((type) => ({ ...whole, site, type }))
    case 'level':
      return levels.map(({ level }) => ({ ...whole, site, level: level.id }))
    case 'zone':
      return levels.flatMap(({ level }) =>
        level.zones.map((zone) => ({ ...whole, site, level: level.id, zone: zone.id })),
      )
  }
}

function cityPlacesOf(levels: Levels, group: (typeof cityGroups)[number]): readonly NamedPlace[] {
  switch (group) {
    case 'city':
      return [{ ...whole, site: null }]
    case 'type':
      return typesOf(levels).map((type) => ({ ...whole, site: null, type }))
    case 'site':
      return [...new Set(levels.map(({ site }) => site.id))].map((site) => ({ ...whole, site }))
  }
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
