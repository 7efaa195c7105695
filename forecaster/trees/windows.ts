/**
 * Windows of panels as a server knows them: 92 days behind the first origin and nothing before, the anchor fitted on these alone. Some are young:
 * sites with a few days of history.
 */
import { calendarPadDays, type Panel, stepsOf } from '../data/panel.ts'
import { type Random, seededRandom } from '../data/random.ts'
import { fitAnchor } from '../features/anchor.ts'
import { seasonalOf } from '../features/anomaly.ts'
import { type View, viewOf } from '../features/view.ts'

const behindDays = 92
const originDays = 28
/** The anchor wants four weeks before the first pair. */
const anchorDays = 28
/** Share of the rows that are of young sites, and their history. */
const youngShare = 0.25
const youngDays = { least: 1, most: 60 } as const

export interface TreeWindow {
  readonly view: View
  /** Origins. */
  readonly from: number
  readonly to: number
  /** How often it is drawn, against the others. */
  readonly share: number
}

interface Cutting {
  readonly horizons: readonly number[]
  /** Of all windows of the panel. */
  readonly share: number
  readonly seed: number
}

/** Of each 28 days one window of a site that is known for long, and one of a young site. */
export function treeWindows(panel: Panel, { horizons, share, seed }: Cutting): TreeWindow[] {
  const random = seededRandom(seed)
  const windows: TreeWindow[] = []
  for (let day = 0; day + behindDays + originDays <= panel.days; day += originDays) {
    const part = sliced(panel, day, behindDays + originDays)
    windows.push(windowOf(part, { horizons, share: share * (1 - youngShare) }))
    windows.push(windowOf(youngOf(part, random), { horizons, share: share * youngShare }))
  }
  return windows.map((window) => ({ ...window, share: (2 * window.share) / windows.length }))
}

function windowOf(part: Panel, { horizons, share }: Omit<Cutting, 'seed'>): TreeWindow {
  const seasonal = seasonalOf(part)
  const from = behindDays * part.slots
  const anchor = fitAnchor(seasonal, horizons, { from: anchorDays * part.slots, to: from })
  return { view: viewOf(seasonal, anchor), from, to: stepsOf(part), share }
}

function sliced(panel: Panel, day: number, days: number): Panel {
  const [from, to] = [day * panel.slots, (day + days) * panel.slots]
  const flags = (all: Uint8Array) => all.slice(day, day + days + 2 * calendarPadDays)
  return {
    ...panel,
    ...{ firstDay: panel.firstDay + day, days },
    calendar: { holiday: flags(panel.calendar.holiday), school: flags(panel.calendar.school) },
    rates: panel.rates.map((own) => own.slice(from, to)),
  }
}

/** Nothing is known before some days, another number for each lot. */
function youngOf(part: Panel, random: Random): Panel {
  const rates = part.rates.map((own) => {
    const days = youngDays.least + Math.floor(random() ** 2 * (youngDays.most - youngDays.least))
    return own.map((rate, t) => (t < (behindDays - days) * part.slots ? Number.NaN : rate))
  })
  return { ...part, rates }
}
