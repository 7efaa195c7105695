/**
 * Quantiles as they would have been served: every night, per lot and horizon, calibrated on the targets of the last days before it. The
 * network's intervals are stretched; a baseline without quantiles takes those of its own scaled residuals, over the same days.
 */
import { dayType, dayTypes } from '../data/panel.ts'
import { adapted, factorFor, firstAim, stretch, stretchNeeded } from '../model/conformal.ts'
import { levels } from '../scoring/quantiles.ts'
import type { Pairs } from './pairs.ts'
import type { Setting } from './setting.ts'

const n = levels.length

/** Nights of the judged window, and the targets that count for each. */
interface Night {
  /** First target of the day; its origins are forecast with what is known before. */
  readonly from: number
  readonly to: number
}

function nightsOf({ protocol, panel, window }: Setting): Night[] {
  const judged = window.from + protocol.calibrationDays * panel.slots
  const nights: Night[] = []
  for (let from = judged; from < window.to; from += panel.slots)
    nights.push({ from, to: Math.min(window.to, from + panel.slots) })
  return nights
}

/** Cells of one lot with targets in [from, to), within the window. */
function* targets(
  { horizon, from: first, lots, mask }: Pairs,
  lot: number,
  from: number,
  to: number,
): Generator<number> {
  for (let t = Math.max(first, from - horizon); t < to - horizon; t++) {
    const cell = (t - first) * lots + lot
    if (mask[cell] === 1) yield cell
  }
}

/** Copies with the judged window stretched; `quantiles` stay. */
export function calibratedQuantiles(setting: Setting, quantiles: readonly Float32Array[]): Float32Array[] {
  const back = setting.protocol.calibrationDays * setting.panel.slots
  return setting.known.map((pairs, h) => {
    const raw = quantiles[h] as Float32Array
    const out = raw.slice()
    const needed80 = neededOf(raw, pairs, 80)
    const needed95 = neededOf(raw, pairs, 95)
    let aim = firstAim
    for (const night of nightsOf(setting)) {
      aim = adapted(aim, coveredOn(out, pairs, { from: night.from - setting.panel.slots, to: night.from }) ?? aimMet)
      for (let lot = 0; lot < pairs.lots; lot++) {
        const past = [...targets(pairs, lot, night.from - back, night.from)]
        const of80 = factorFor(
          Float32Array.from(past, (cell) => needed80[cell] as number),
          aim.of80,
        )
        const of95 = factorFor(
          Float32Array.from(past, (cell) => needed95[cell] as number),
          aim.of95,
        )
        // Origins of this day, whatever day their targets fall on.
        for (let t = night.from; t < night.to; t++)
          stretch(out, ((t - pairs.from) * pairs.lots + lot) * n, { of80, of95 })
      }
    }
    return out
  })
}

const aimMet = { of80: 0.8, of95: 0.95 }

function neededOf(quantiles: Float32Array, { truth, mask }: Pairs, interval: 80 | 95): Float32Array {
  const out = new Float32Array(mask.length)
  for (let cell = 0; cell < mask.length; cell++)
    if (mask[cell] === 1) out[cell] = stretchNeeded(quantiles, cell * n, truth[cell] as number, interval)
  return out
}

function coveredOn(quantiles: Float32Array, pairs: Pairs, { from, to }: Night) {
  let in80 = 0
  let in95 = 0
  let count = 0
  for (let lot = 0; lot < pairs.lots; lot++)
    for (const cell of targets(pairs, lot, from, to)) {
      const y = pairs.truth[cell] as number
      const at = cell * n
      if (y >= (quantiles[at + 1] as number) && y <= (quantiles[at + n - 2] as number)) in80++
      if (y >= (quantiles[at] as number) && y <= (quantiles[at + n - 1] as number)) in95++
      count++
    }
  return count > 0 ? { of80: in80 / count, of95: in95 / count } : undefined
}

/** Quantiles around a point forecast from its own scaled residuals of the last days. */
export function residualQuantiles(setting: Setting, point: readonly Float32Array[]): Float32Array[] {
  const { panel, view, protocol } = setting
  const back = protocol.calibrationDays * panel.slots
  return setting.known.map((pairs, h) => {
    const forecast = point[h] as Float32Array
    const out = new Float32Array(pairs.mask.length * n).fill(Number.NaN)
    const scale = (cell: number) => {
      const lot = cell % pairs.lots
      const target = pairs.from + Math.floor(cell / pairs.lots) + pairs.horizon
      const type = dayType(panel, Math.floor(target / panel.slots))
      return (view.anchor.scale[h] as Float32Array)[
        (lot * dayTypes + type) * panel.slots + (target % panel.slots)
      ] as number
    }
    for (const night of nightsOf(setting))
      for (let lot = 0; lot < pairs.lots; lot++) {
        const past = Float32Array.from(
          targets(pairs, lot, night.from - back, night.from),
          (cell) => ((pairs.truth[cell] as number) - (forecast[cell] as number)) / scale(cell),
        ).sort()
        for (let t = night.from; t < night.to; t++) {
          const cell = (t - pairs.from) * pairs.lots + lot
          if (pairs.mask[cell] !== 1) continue
          for (let k = 0; k < n; k++) {
            const at = Math.min(past.length - 1, Math.floor((levels[k] as number) * past.length))
            const away = past.length > 0 ? (past[at] as number) * scale(cell) : 0
            out[cell * n + k] = Math.min(1, Math.max(0, (forecast[cell] as number) + away))
          }
        }
      }
    return out
  })
}
