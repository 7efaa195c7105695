/**
 * The anchor fitted on a site's own history, and how its residuals were spread: once a day. The first one looks at two weeks, so that there is
 * a forecast soon; then, and each day, the whole history is looked at, a horizon at a time, while what is known already serves.
 */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { type Anchor, fitAnchor } from '../features/anchor.ts'
import { type SpreadTable, spreadTable } from './anchor-spread.ts'
import type { DayView } from './day-view.ts'
import { slots } from './site-panel.ts'

export interface DailyFit {
  readonly key: string
  readonly isWhole: boolean
  readonly anchor: Anchor
  /** By horizon. */
  readonly spread: readonly SpreadTable[]
}

const laterMs = 2_000
const quickDays = 14
const quickSteps = quickDays * slots
/** The anchor wants four weeks before the first pair. */
const anchorSteps = 28 * slots

/** Fitted again each day, when lots change, and when history has been sent that was not there. */
export const fitKeyOf = ({ key, seasonal, placed }: DayView): string => {
  const known = seasonal.sums.reduce(
    (sum, { count }) => sum + (count[placed.origin - (placed.origin % slots)] as number),
    0,
  )
  return `${Math.floor(known / slots / Math.max(1, seasonal.sums.length))}\n${key}`
}

export function quickFit(view: DayView, horizons: readonly number[]): DailyFit {
  const to = view.placed.origin + 1
  const parts = horizons.map((horizon) =>
    fitPart(view, horizon, { from: Math.max(anchorSteps, to - quickSteps), to }, quickDays),
  )
  return { ...together(parts), key: fitKeyOf(view), isWhole: to - quickSteps <= anchorSteps }
}

export function wholeFitNow(view: DayView, horizons: readonly number[]): DailyFit {
  const window = { from: anchorSteps, to: view.placed.origin + 1 }
  return { ...together(horizons.map((horizon) => fitPart(view, horizon, window))), key: fitKeyOf(view), isWhole: true }
}

/** Yields to requests after each horizon; undefined when `isWanted` returns false. */
export async function wholeFit(
  view: DayView,
  horizons: readonly number[],
  isWanted: () => boolean,
): Promise<DailyFit | undefined> {
  const key = fitKeyOf(view)
  const to = view.placed.origin + 1
  const parts: Part[] = []
  // The answer that is being made goes first.
  await sleep(laterMs, undefined, { ref: false })
  for (const horizon of horizons) {
    await setImmediate()
    if (!isWanted()) return undefined
    parts.push(fitPart(view, horizon, { from: anchorSteps, to }))
  }
  return { ...together(parts), key, isWhole: true }
}

type Part = Pick<DailyFit, 'anchor' | 'spread'>

function fitPart(
  { seasonal, placed }: DayView,
  horizon: number,
  window: { from: number; to: number },
  days?: number,
): Part {
  const anchor = fitAnchor(seasonal, [horizon], window)
  return { anchor, spread: [spreadTable(seasonal, anchor, { h: 0, origin: placed.origin, ...(days ? { days } : {}) })] }
}

const together = (parts: readonly Part[]): Part => ({
  anchor: {
    horizons: parts.flatMap(({ anchor }) => anchor.horizons),
    phi: parts.flatMap(({ anchor }) => anchor.phi),
    sigma: parts.flatMap(({ anchor }) => anchor.sigma),
    scale: parts.flatMap(({ anchor }) => anchor.scale),
  },
  spread: parts.flatMap(({ spread }) => spread),
})
