/** One window of one protocol, ready to be judged: the panel, its seasonal view, the anchor, and the pairs that count. */
import type { Panel } from '../data/panel.ts'
import { dateFromDays, daysFromDate, stepOf } from '../data/panel.ts'
import { fitAnchor } from '../features/anchor.ts'
import { type Seasonal, seasonalOf } from '../features/anomaly.ts'
import { type View, viewOf } from '../features/view.ts'
import { type Pairs, pairsOf, type Window } from './pairs.ts'
import { type Protocol, windowOf } from './protocols.ts'

export interface Setting {
  readonly protocol: Protocol
  readonly split: 'validation' | 'test'
  readonly panel: Panel
  readonly seasonal: Seasonal
  readonly view: View
  /** Data that models are fitted to before the window begins. */
  readonly fit: Window
  /** The window judged, longer at its front by the days intervals are calibrated on; masks of those days are in `calibration`. */
  readonly window: Window
  readonly pairs: readonly Pairs[]
  /** Same cells, all of the window with its front, for calibration only. */
  readonly known: readonly Pairs[]
}

/** Setting of a validation run: data after the last fit is not read, and the window is the week before. */
export function closedSetting(protocol: Protocol, dataFolder: string): Setting {
  const fitTo = protocol.refitTo ?? protocol.trainTo
  const week = dateFromDays(daysFromDate(fitTo) - 7)
  return settingOf({ ...protocol, test: [week, fitTo], trainTo: fitTo }, 'test', dataFolder)
}

export function settingOf(protocol: Protocol, split: 'validation' | 'test', dataFolder: string): Setting {
  const judged = protocol[split]
  const panel = protocol.read(dataFolder, judged[1])
  const seasonal = seasonalOf(panel)
  const fitTo = split === 'test' && protocol.refitTo ? protocol.refitTo : protocol.trainTo
  const fit = { from: stepOf(panel, protocol.trainFrom), to: stepOf(panel, fitTo) }
  const anchor = fitAnchor(seasonal, protocol.horizons, { from: stepOf(panel, protocol.anchorFrom), to: fit.to })
  const { from, to } = windowOf(panel, judged)
  const window = { from: from - protocol.calibrationDays * panel.slots, to }
  const known = protocol.horizons.map((horizon) => pairsOf(seasonal, horizon, window))
  const lots = panel.lots.length
  const pairs = known.map((all) => {
    const mask = all.mask.slice()
    mask.fill(0, 0, (from - window.from) * lots)
    return { ...all, mask }
  })
  return { protocol, split, panel, seasonal, view: viewOf(seasonal, anchor), fit, window, pairs, known }
}
