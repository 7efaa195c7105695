/** The baselines that fit nothing, or one number a night. */

import { fitDLinear, predictDLinear } from '../baselines/dlinear.ts'
import { arAnomaly, lastFourWeeks, lastWeek, type Pair, persistence, yesterday } from '../baselines/naive.ts'
import type { Seasonal } from '../features/anomaly.ts'
import type { Method } from './method.ts'
import { forecastCells } from './pairs.ts'
import type { Setting } from './setting.ts'

type Naive = (seasonal: Seasonal, pair: Pair) => number
const naive: readonly (readonly [string, Naive])[] = [
  ['persistence', persistence],
  ['seasonal naive day', yesterday],
  ['seasonal naive week', lastWeek],
  ['mean of last 4 weekdays', lastFourWeeks],
]

export function naiveMethods({ seasonal, known }: Setting): Method[] {
  return naive.map(([name, forecast]) => ({
    name,
    point: known.map((pairs) =>
      forecastCells(pairs, (lot, t) => forecast(seasonal, { lot, t, horizon: pairs.horizon })),
    ),
  }))
}

/** phi of each horizon is fitted again every night of a walked window, on everything before it. */
export function arMethod({ protocol, seasonal, view, known, fit, panel }: Setting): Method {
  const point = known.map((pairs, h) => {
    const nightly = protocol.walked ? phiByDay(seasonal, pairs.horizon, { from: fit.from, until: pairs.to }) : undefined
    const phi = (t: number) => nightly?.[Math.floor(t / panel.slots)] ?? (view.anchor.phi[h] as number)
    return forecastCells(pairs, (lot, t) => arAnomaly(seasonal, { lot, t, horizon: pairs.horizon }, phi(t)))
  })
  return { name: 'AR anomaly', point }
}

/** phi for origins of a day, from pairs whose target lies before that day: running sums, one pass. */
function phiByDay(
  { panel, anomaly }: Seasonal,
  horizon: number,
  { from, until }: { from: number; until: number },
): Float64Array {
  const { slots } = panel
  const phi = new Float64Array(Math.ceil(until / slots))
  let product = 0
  let square = 0
  for (let day = 0; day < phi.length; day++) {
    phi[day] = square > 0 ? product / square : 0
    for (let target = Math.max(from + horizon, day * slots); target < Math.min(until, (day + 1) * slots); target++)
      for (const values of anomaly) {
        const now = values[target - horizon] as number
        const then = values[target] as number
        if (Number.isNaN(now) || Number.isNaN(then)) continue
        product += now * then
        square += now * now
      }
  }
  return phi
}

export function dLinearMethod({ protocol, panel, known, fit }: Setting): Method {
  const stride = Math.max(1, Math.round(((fit.to - fit.from) * panel.lots.length) / 40_000))
  const model = fitDLinear(panel, {
    lookBack: protocol.lookBack,
    horizons: protocol.horizons,
    from: fit.from,
    to: fit.to,
    stride,
    lambda: 1e-4,
  })
  const forecast = predictDLinear(model, panel)
  const point = known.map(({ mask }) => new Float32Array(mask.length).fill(Number.NaN))
  const lots = panel.lots.length
  const [first] = known
  for (let cell = 0; first && cell < first.mask.length; cell++) {
    if (!known.some(({ mask }) => mask[cell] === 1)) continue
    for (const [h, value] of forecast(cell % lots, first.from + Math.floor(cell / lots)).entries())
      (point[h] as Float32Array)[cell] = value
  }
  return { name: 'DLinear', point }
}
