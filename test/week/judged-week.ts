/** A week that is played and judged. It begins on the Thursday before the clocks of Berlin go back. */
import { instant } from '../../src/lib/brand.ts'
import { type AlertRates, ratesOf } from '../../src/simulator/week/alert-rates.ts'
import { type Raise, raisesIn } from '../../src/simulator/week/raises.ts'
import { createWeek, type WeekTruth } from '../../src/simulator/week/week.ts'
import { judgeWeek, type WeekVerdict } from '../../src/simulator/week/week-judge.ts'
import { type PlayedWeek, playWeek } from './played-week.ts'

export interface WeekToJudge {
  readonly days: number
  readonly bays: number
  readonly seed: number
  /** Of the database. */
  readonly file: string
  readonly begin?: string
}

export interface JudgedWeek extends WeekVerdict {
  readonly of: WeekToJudge
  readonly played: PlayedWeek
  readonly truth: WeekTruth
  readonly raises: readonly Raise[]
  /** All that were raised, and those that no root holds back. */
  readonly before: AlertRates
  readonly after: AlertRates
}

const usualBegin = '2026-10-22T00:00:00+02:00'

export async function judgedWeek(of: WeekToJudge): Promise<JudgedWeek> {
  const begin = instant(Date.parse(of.begin ?? usualBegin))
  const end = instant(begin + of.days * 86_400_000)
  const week = createWeek({ bays: of.bays, seed: of.seed, zone: 'Europe/Berlin', begin, end })
  const played = await playWeek(week, of.file)
  const raises = raisesIn(played.events)
  const truth = week.truth()
  return {
    ...{ of, played, truth, raises, ...judgeWeek(raises, truth, end) },
    before: ratesOf(raises, { begin, end }),
    after: ratesOf(
      raises.filter(({ isHeldBack }) => !isHeldBack),
      { begin, end },
    ),
  }
}
