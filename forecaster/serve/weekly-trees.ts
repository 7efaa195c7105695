/** The trees of a site by week: of this one and of the four that are replayed. Each was grown on what was known when its week began. */
import { type Panel, weekday } from '../data/panel.ts'
import { viewOf } from '../features/view.ts'
import type { GrownTrees, SiteTrees } from '../trees/grown.ts'
import { growForSite } from '../trees/site-growth.ts'
import type { Trees } from '../trees/tree-expert.ts'
import type { DailyFit } from './daily-fit.ts'
import type { DayView } from './day-view.ts'

/** By the Monday a week begins with, in days since 1970. */
export type WeeklyTrees = Map<number, SiteTrees>

/** The present week, and those that 28 days reach into. */
const weeksKept = 5
/** Less history than this before a week, and the shipped trees forecast it alone. */
const historyDaysMin = 14

export function weekOf({ firstDay, slots }: Panel, t: number): number {
  const day = firstDay + Math.floor(t / slots)
  return day - weekday(day)
}

/** Trees that had seen nothing of the week of `t`; while those are being grown, older ones. */
export function treesAt(panel: Panel, t: number, { grown, weeks }: { grown: GrownTrees; weeks: WeeklyTrees }): Trees {
  return { grown, site: weeks.get(heldWeek(panel, t, weeks) ?? Number.NaN) }
}

/** Newest week with trees that is not after that of `t`. */
export function heldWeek(panel: Panel, t: number, weeks: WeeklyTrees): number | undefined {
  const week = weekOf(panel, t)
  const held = [...weeks.keys()].filter((each) => each <= week)
  return held.length > 0 ? Math.max(...held) : undefined
}

export function wantedWeeks({ placed: { panel, origin, firstKnown } }: DayView): number[] {
  const first = Math.min(...firstKnown)
  const stepsBefore = (week: number) => (week - panel.firstDay) * panel.slots - first
  const newest = weekOf(panel, origin)
  return Array.from({ length: weeksKept }, (_, k) => newest - 7 * k).filter(
    (week) => stepsBefore(week) >= historyDaysMin * panel.slots,
  )
}

export interface Growing {
  readonly view: DayView
  readonly fit: DailyFit
  readonly grown: GrownTrees
  readonly weeks: WeeklyTrees
  isWanted(): boolean
}

/** Grows what is missing, the present week first, and lets go of old weeks. False when it was not wanted any more. */
export async function growWeeks({ view, fit, grown, weeks, isWanted }: Growing): Promise<boolean> {
  const { panel } = view.placed
  const wanted = wantedWeeks(view)
  for (const week of weeks.keys()) if (!wanted.includes(week)) weeks.delete(week)
  for (const week of wanted) {
    if (weeks.has(week)) continue
    const until = (week - panel.firstDay) * panel.slots
    const made = await growForSite({ view: viewOf(view.seasonal, fit.anchor), grown, until, isWanted })
    if (!isWanted()) return false
    // Where there is too little to learn from, the shipped trees stand alone.
    weeks.set(week, made ?? [])
  }
  return true
}
