/** Where a step's samples come from: panels with a window each. The draw is a function of seed and step, so a resumed run draws the same. */
import { seededRandom } from '../data/random.ts'
import { type Batch, clearBatch, viewDays } from '../features/batch.ts'
import { fillSeries } from '../features/network-input.ts'
import type { View } from '../features/view.ts'

export interface Source {
  readonly view: View
  /** Origins and targets lie in [from, to). */
  readonly from: number
  readonly to: number
  /** Index of each of its lots among the model's lots; -1: a stranger. */
  readonly lots: Int32Array
  /** How often it is drawn, against the others. */
  readonly share: number
  /** Above 1: newer origins are drawn more often. */
  readonly recency: number
}

export interface DrawOptions {
  readonly seed: number
  readonly step: number
  readonly batch: Batch
  /** Share of series whose lot is hidden, so that the weights also serve strangers. */
  readonly strangerShare: number
}

/** Fills the batch and returns the lot of each series. Origins are spread over the window: one from each of n equal parts. */
export function drawBatch(
  sources: readonly Source[],
  { seed, step, batch, strangerShare }: DrawOptions,
): { source: Source; lots: Int32Array } {
  const random = seededRandom(seed * 1_000_003 + step)
  const source = pick(sources, random())
  const count = source.view.seasonal.panel.lots.length
  const origins = Math.floor(batch.series / count)
  const first = Math.max(source.from, viewDays * source.view.seasonal.panel.slots)
  const span = source.to - first - 1
  if (span <= 0 || origins === 0) throw new Error('too little history to train on, or a batch smaller than the site')
  clearBatch(batch)
  const lots = new Int32Array(batch.series).fill(-1)
  for (let i = 0; i < origins; i++) {
    const place = 1 - ((i + random()) / origins) ** source.recency
    const t = first + Math.min(span - 1, Math.floor(place * span))
    for (let lot = 0; lot < count; lot++) {
      const series = i * count + lot
      fillSeries({ batch, view: source.view, series, lot, t, end: source.to })
      lots[series] = strangerShare > 0 && random() < strangerShare ? -1 : (source.lots[lot] as number)
    }
  }
  return { source, lots }
}

function pick(sources: readonly Source[], at: number): Source {
  const whole = sources.reduce((sum, { share }) => sum + share, 0)
  let left = at * whole
  for (const source of sources) {
    left -= source.share
    if (left < 0) return source
  }
  return sources.at(-1) as Source
}
