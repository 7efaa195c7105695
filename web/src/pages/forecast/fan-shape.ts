/** The geometry of a fan: what was observed as runs, bands and median as paths, ticks of the axis at full hours of the site. Pure. */
import { type Ahead, level, type Observed, type Outlook } from './lots-ahead.ts'
import { hourMs, minuteOfDay, quarterMs } from './site-clock.ts'

export interface Scale {
  x(at: number): number
  y(rate: number): number
}

export interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export const scaleOf = (box: Box, from: number, to: number): Scale => ({
  x: (at) => box.left + ((at - from) / (to - from)) * (box.right - box.left),
  y: (rate) => box.bottom - rate * (box.bottom - box.top),
})

const xy = ({ x, y }: Scale, at: number, rate: number) => `${x(at).toFixed(1)},${y(rate).toFixed(1)}`
const path = (points: readonly string[]) => (points.length === 0 ? '' : `M${points.join('L')}`)

/** An unknown value is a gap. A single known moment is a dot, by the round ends of the line. */
export function observedPath(observed: readonly Observed[], scale: Scale): string {
  const runs: string[][] = [[]]
  let before: number | undefined
  for (const { at, rate } of observed) {
    if (rate === null) continue
    if (before !== undefined && at - before > quarterMs) runs.push([])
    runs.at(-1)?.push(xy(scale, at, rate))
    before = at
  }
  return runs.map((run) => path(run.length === 1 ? [run[0] as string, run[0] as string] : run)).join('')
}

/** The fan grows out of the last thing known, where that is recent. */
export function fanOf({ observed, ahead }: Outlook): readonly Ahead[] {
  const last = observed.at(-1)
  const first = ahead[0]
  if (!first?.rate || !last || last.rate === null || first.at - last.at > hourMs || last.at >= first.at) return ahead
  const { rate } = last
  return [{ ...first, at: last.at, rate: first.rate.map(() => rate) }, ...ahead]
}

/** Stretches of the fan that are forecast: a horizon that is withheld is a gap. */
export function forecastRuns(fan: readonly Ahead[]): readonly (readonly Ahead[])[] {
  const runs: Ahead[][] = []
  let open = false
  for (const point of fan) {
    if (point.rate === null) open = false
    else if (open) runs.at(-1)?.push(point)
    else {
      runs.push([point])
      open = true
    }
  }
  return runs
}

export function bandPath(run: readonly Ahead[], [low, high]: readonly [number, number], scale: Scale): string {
  const side = (k: number) => run.map(({ at, rate }) => xy(scale, at, rate?.[k] ?? 0))
  return `${path([...side(high), ...side(low).reverse()])}Z`
}

export const bands = {
  95: [level.low95, level.high95],
  80: [level.low80, level.high80],
  50: [level.low50, level.high50],
} as const

export const medianPath = (run: readonly Ahead[], scale: Scale): string =>
  path(run.map(({ at, rate }) => xy(scale, at, rate?.[level.median] ?? 0)))

/** Stretches served by the same, each reaching from the horizon before its first to its last. */
export interface Stretch {
  readonly served: Ahead['served']
  readonly why: string
  readonly from: number
  readonly to: number
  readonly horizons: number
}

export function stretchesOf(fan: readonly Ahead[]): readonly Stretch[] {
  const found: Stretch[] = []
  for (const [k, { at, served, why }] of fan.entries()) {
    const last = found.at(-1)
    if (last?.served === served && last.why === why)
      found[found.length - 1] = { ...last, to: at, horizons: last.horizons + 1 }
    else found.push({ served, why, from: fan[k - 1]?.at ?? at, to: at, horizons: 1 })
  }
  return found
}

/** Full hours by the clock of the site, so far apart that their labels have room. */
export function hourTicks(from: number, to: number, zone: string | undefined, mostTicks: number): readonly number[] {
  const hours = (to - from) / hourMs
  const step = [1, 2, 3, 6, 12].find((each) => hours / each <= mostTicks) ?? 24
  const ticks: number[] = []
  for (let at = Math.ceil(from / quarterMs) * quarterMs; at <= to; at += quarterMs)
    if (minuteOfDay(at, zone) % (step * 60) === 0) ticks.push(at)
  return ticks
}
