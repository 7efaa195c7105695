/** The plots of the report: error by horizon, reliability, and fans on real days. */
import { levels, medianAt } from '../scoring/quantiles.ts'
import type { Method } from './method.ts'
import type { Pairs } from './pairs.ts'
import { type Ran, servedName } from './run-protocol.ts'
import { chartSvg, colours, type Line } from './svg.ts'

const plotted = ['seasonal naive week', 'AR anomaly', 'DLinear', 'ridge', 'trees', 'network', servedName]
const n = levels.length

export function errorPlot({ result }: Ran): string {
  const lines = plotted.flatMap((name, i): Line[] => {
    const method = result.methods.find((one) => one.name === name)
    const colour = colours[i % colours.length] as string
    return method ? [{ name, colour, points: method.mae.map((value, h) => [h, 100 * value] as const) }] : []
  })
  const most = Math.max(...lines.flatMap(({ points }) => points.map(([, y]) => y)))
  return chartSvg({
    title: `Mean absolute error: ${result.title}`,
    xTitle: 'horizon',
    yTitle: 'points of rate',
    xTicks: result.horizonNames.map((name, h) => [h, name] as const),
    yMax: Math.ceil(most),
    lines,
  })
}

/** Share of observed values at or below each quantile, against its level: calibrated on the diagonal. */
export function reliabilityPlot({ result, methods, setting }: Ran): string {
  const served = methods.find(({ name }) => name === servedName) as Method
  const lines = result.horizonNames.map((name, h): Line => {
    const pairs = setting.pairs[h] as Pairs
    const below = levels.map(
      (level, k) => [100 * level, 100 * shareBelow(served.quantiles?.[h] as Float32Array, pairs, k)] as const,
    )
    return { name, colour: colours[h % colours.length] as string, points: below }
  })
  const diagonal: Line = {
    name: 'honest',
    colour: '#8888',
    dashed: true,
    points: [
      [0, 0],
      [100, 100],
    ],
  }
  return chartSvg({
    title: `Reliability of the served quantiles: ${result.title}`,
    xTitle: 'nominal level, %',
    yTitle: 'seen, %',
    xTicks: [0, 20, 40, 60, 80, 100].map((x) => [x, String(x)] as const),
    yMax: 100,
    lines: [diagonal, ...lines],
  })
}

function shareBelow(quantiles: Float32Array, { truth, mask }: Pairs, k: number): number {
  let below = 0
  let count = 0
  for (let cell = 0; cell < mask.length; cell++) {
    if (mask[cell] !== 1) continue
    if ((truth[cell] as number) <= (quantiles[cell * n + k] as number)) below++
    count++
  }
  return below / count
}

/** The forecast made `h` horizons before each quarter of an hour of one day, and the observed value. */
export function fanPlot(
  { result, methods, setting }: Ran,
  { lot, day, h }: { lot: number; day: number; h: number },
): string {
  const served = methods.find(({ name }) => name === servedName) as Method
  const pairs = setting.pairs[h] as Pairs
  const cells: { x: number; cell: number }[] = []
  for (let slot = 0; slot < pairs.slots; slot++) {
    const target = setting.window.to - (day + 1) * pairs.slots + slot
    const cell = (target - pairs.horizon - pairs.from) * pairs.lots + lot
    if (pairs.mask[cell] === 1) cells.push({ x: (24 * slot) / pairs.slots, cell })
  }
  const quantiles = served.quantiles?.[h] as Float32Array
  const at = (cell: number, k: number) => 100 * (quantiles[cell * n + k] as number)
  const band = (low: number, high: number) => ({
    colour: colours[0],
    points: cells.map(({ x, cell }) => [x, at(cell, low), at(cell, high)] as const),
  })
  return chartSvg({
    title: `${setting.panel.lots[lot]?.id}: forecast ${result.horizonNames[h]} ahead, and observed`,
    xTitle: 'hour of the day',
    yTitle: 'occupied, %',
    xTicks: [0, 4, 8, 12, 16, 20, 24].map((x) => [x, String(x)] as const),
    yMax: 100,
    bands: [band(0, n - 1), band(1, n - 2)],
    lines: [
      { name: 'median', colour: colours[0], points: cells.map(({ x, cell }) => [x, at(cell, medianAt)] as const) },
      {
        name: 'what came',
        colour: colours[1],
        points: cells.map(({ x, cell }) => [x, 100 * (pairs.truth[cell] as number)] as const),
      },
    ],
  })
}
