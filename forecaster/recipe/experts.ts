/** What all experts say of one origin. The order is that of `forecastExperts`. */
import { anchorExpert, type FittedAnchor } from './anchor-expert.ts'
import { lastRate } from './last-rate.ts'
import { type Fan, newFan, type Origin } from './origin.ts'
import { similarDays } from './similar-days.ts'
import { type CourseCache, usualCourse } from './usual-course.ts'

export interface ExpertOptions {
  readonly fitted: FittedAnchor
  /** Lead times in hours, by horizon. */
  readonly leads: readonly number[]
  /** Of the network; absent where it has too little to read. */
  readonly network?: Fan | undefined
  /** Of the trees; absent where no rate is known now. */
  readonly trees?: Fan | undefined
  readonly courses?: CourseCache
}

export function fansOf(origin: Origin, { fitted, leads, network, trees, courses }: ExpertOptions): (Fan | undefined)[] {
  const horizons = origin.targets.length
  const [similar, anchor, last, course] = Array.from({ length: 4 }, () => newFan(horizons)) as [Fan, Fan, Fan, Fan]
  similarDays(origin, leads.map(keptDifference), similar)
  anchorExpert(fitted, origin, anchor)
  lastRate(origin, last)
  usualCourse(origin, course, courses)
  return [network, similar, anchor, last, course, trees]
}

/** How much of today's difference to a similar day is left after so many hours; chosen on validation (docs/forecast-trials.md). */
const keptDifference = (hours: number): number => Math.exp(-hours / keptHours)
const keptHours = 24
