/** How many alerts reach people: an hour, in the busiest ten minutes, and how much of the time is a flood, by the measures of EEMUA 191. */
import type { Raise } from './raises.ts'

export interface AlertRates {
  readonly alerts: number
  readonly perHour: number
  /** Of ten minutes that begin at a full ten minutes. */
  readonly busiest10Min: number
  /** Share of all ten minutes with more than ten alerts: a flood. */
  readonly floodShare: number
  /** Share of the alerts that the ten most frequent ones, by rule and subject, make. */
  readonly topTenShare: number
  readonly byRule: ReadonlyMap<string, number>
}

const hourMs = 3_600_000
const tenMinMs = 600_000
const floodAbove = 10
const top = 10

export function ratesOf(
  raises: readonly Raise[],
  { begin, end }: { readonly begin: number; readonly end: number },
): AlertRates {
  const counts = [...countBy(raises, ({ at }) => String(Math.floor(at / tenMinMs))).values()]
  const sources = [...countBy(raises, ({ rule, subject }) => `${rule} ${subject}`).values()].sort((a, b) => b - a)
  const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0)
  return {
    alerts: raises.length,
    perHour: (raises.length * hourMs) / (end - begin),
    busiest10Min: Math.max(0, ...counts),
    floodShare: (counts.filter((n) => n > floodAbove).length * tenMinMs) / (end - begin),
    topTenShare: raises.length === 0 ? 0 : sum(sources.slice(0, top)) / raises.length,
    byRule: countBy(raises, ({ rule }) => rule),
  }
}

function countBy(raises: readonly Raise[], keyOf: (raise: Raise) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const raise of raises) counts.set(keyOf(raise), (counts.get(keyOf(raise)) ?? 0) + 1)
  return counts
}
