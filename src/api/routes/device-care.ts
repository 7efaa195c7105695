/** Care of devices: limits of distance sensors and batteries, from what the store remembers of each. */
import type { BatteryForecastOnWire, Calibration } from '@baykeeper/contract/device-care.ts'
import type { deviceCareRoutes } from '@baykeeper/contract/routes/device-care.ts'
import { percentAt } from '../../domain/battery-charge.ts'
import { type BatteryDay, type BatteryForecast, forecastBattery } from '../../domain/battery-forecast.ts'
import type { DeviceState } from '../../domain/device.ts'
import { deviceModels } from '../../domain/device-models.ts'
import { histogramOf, outcomeOf, suggestLimits } from '../../domain/distance-presence.ts'
import type { DistanceLimits } from '../../domain/layout.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { dayMs, dayName, dayNumber } from '../../lib/utc-day.ts'
import type { RouteContext } from '../context.ts'
import type { Handlers } from '../endpoint.ts'
import { ProblemError } from '../problem.ts'
import { iso, limitsOnWire } from '../wire.ts'

const calibrationDays = 14
const readingsMax = 10_000
const pageReadings = 1_000
const spanMsFirst = 3_600_000
const spanMsMin = 60_000
const batteryDays = 180
const batteriesMax = 500
const soonDays = 60

export function deviceCareHandlers(context: RouteContext): Handlers<typeof deviceCareRoutes> {
  const { store, live } = context
  return {
    async deviceCalibration({ params: { id }, query: { source, occupied_below_mm, free_above_mm } }) {
      const [device] = (await store.devicesByExternal(id)).filter((one) => !source || one.source === source)
      if (!device) throw new ProblemError(404, `no reading of a device ${id} has been stored`)
      const measured = await distancesOf(context, device)
      const current = live.floor.factsOf(device.external)?.presenceByDistance
      return calibrationOf(device, measured, current, askedLimits(occupied_below_mm, free_above_mm))
    },
    async batteryForecasts({ query: { device: asked, soon } }) {
      await live.current()
      const today = dayNumber(live.now())
      const all = [...live.presence.devices.values()].filter((one) => asked === undefined || one.external === asked)
      const items: BatteryForecastOnWire[] = []
      for (const device of lowestFirst(all).slice(0, batteriesMax))
        items.push(batteryOnWire(context, device, await batteryOf(context, device, today)))
      const isSoon = ({ low, replace_before: before }: BatteryForecastOnWire) =>
        low || (before !== null && Date.parse(before) < (today + soonDays) * dayMs)
      return { items: items.filter((one) => soon !== 'true' || isSoon(one)).sort(soonest), next: null }
    },
  }
}

interface Measured {
  readonly time: number
  readonly mm: number
}

/** The newest, read backwards in spans of time that each fit into one page: readings are stored in another order. */
async function distancesOf({ store, live }: RouteContext, device: DeviceState): Promise<Measured[]> {
  const measured: Measured[] = []
  if (device.distanceMm === null) return measured
  const oldest = live.now() - calibrationDays * dayMs
  const filter = { external: device.external, source: device.source, limit: pageReadings }
  // The first span has no end: the clock of a device may be ahead.
  let to: { readonly to?: Instant } = {}
  let [end, span] = [live.now() as number, spanMsFirst]
  for (let read = 0; read < readingsMax && end > oldest; ) {
    const from = instant(Math.max(oldest, end - span))
    const { items, next } = await store.readings({ ...filter, ...to, from })
    read += items.length
    if (next !== null && span > spanMsMin) {
      span = Math.max(spanMsMin, span / 4)
      continue
    }
    for (const { time, distanceMm } of items) if (distanceMm !== null) measured.push({ time, mm: distanceMm })
    if (items.length < pageReadings / 4) span *= 2
    to = { to: from }
    end = from
  }
  return measured.sort((a, b) => a.time - b.time)
}

function askedLimits(below: number | undefined, above: number | undefined): DistanceLimits | undefined {
  if (below === undefined && above === undefined) return undefined
  if (below === undefined || above === undefined || below > above)
    throw new ProblemError(400, 'query occupied_below_mm, free_above_mm: give both, the first not above the second', {
      code: 'E_INVALID',
    })
  return { occupiedBelowMm: below, freeAboveMm: above }
}

function calibrationOf(
  { external }: DeviceState,
  measured: readonly Measured[],
  current: DistanceLimits | undefined,
  asked: DistanceLimits | undefined,
): Calibration {
  const distances = measured.map(({ mm }) => mm)
  const found = suggestLimits(distances)
  const { fromMm, binMm, counts } = histogramOf(distances)
  const [first, last] = [measured[0], measured.at(-1)]
  const suggested = found.is === 'limits' ? found.limits : undefined
  const outcome = (limits: DistanceLimits | undefined) => (limits ? outcomeOf(distances, limits) : null)
  return {
    ...{ device: external, readings: distances.length, current: current ? limitsOnWire(current) : null },
    from: first ? iso(instant(first.time)) : null,
    to: last ? iso(instant(last.time)) : null,
    histogram: { from_mm: fromMm, bin_mm: binMm, counts: [...counts] },
    suggestion:
      found.is === 'limits'
        ? {
            limits: limitsOnWire(found.limits),
            near: { readings: found.near.readings, median_mm: found.near.medianMm },
            far: { readings: found.far.readings, median_mm: found.far.medianMm },
            gap_mm: [...found.gapMm],
          }
        : null,
    why: found.is === 'limits' ? null : found.why,
    outcomes: { current: outcome(current), suggested: outcome(suggested), asked: outcome(asked) },
  }
}

const lowestFirst = (devices: DeviceState[]) =>
  devices
    .filter(({ batteryPct, batteryV }) => batteryPct !== null || batteryV !== null)
    .sort((a, b) => (a.batteryPct ?? 100) - (b.batteryPct ?? 100))

async function batteryOf({ store, live }: RouteContext, device: DeviceState, today: number): Promise<BatteryForecast> {
  const rows = await store.health({ device: device.id, from: today - batteryDays, to: today })
  const curve = deviceModels.get(live.floor.factsOf(device.external)?.model ?? '')?.battery
  const days = rows.flatMap(({ day, minBatteryPct, minBatteryV }): BatteryDay[] => {
    if (minBatteryPct !== null) return [{ day, percent: minBatteryPct }]
    return curve && minBatteryV !== null ? [{ day, percent: percentAt(curve, minBatteryV) }] : []
  })
  if (days.length === 0 && device.batteryPct === null && !curve)
    return { is: 'cannot-tell', why: 'no-curve', percent: null }
  return forecastBattery(days, today)
}

function batteryOnWire({ live }: RouteContext, device: DeviceState, found: BatteryForecast): BatteryForecastOnWire {
  const place = live.floor.bayOf(device)
  const until = found.is === 'forecast' ? found.until : null
  return {
    ...{ device: device.external, source: device.source, level_pct: found.percent, low: found.is === 'low' },
    bay: place === undefined ? null : (live.floor.bays[place]?.id ?? null),
    model: live.floor.factsOf(device.external)?.model ?? null,
    replace_before: found.is === 'forecast' ? dayName(found.before) : null,
    lasts_until: until === null ? null : dayName(until),
    why: found.is === 'cannot-tell' ? found.why : null,
  }
}

/** Low ones, then by the day, then those without a forecast. */
function soonest(a: BatteryForecastOnWire, b: BatteryForecastOnWire): number {
  const rank = ({ low, replace_before: before }: BatteryForecastOnWire) => (low ? '0' : (before ?? '9'))
  return rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : a.device < b.device ? -1 : 1
}
