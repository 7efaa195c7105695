/**
 * How much wider the intervals have to be: from what the replayed forecasts would have needed, by group of lots and band of lead time, with an
 * aim that adapts from day to day to whether the intervals held (Gibbs, Candes 2021); a lot with forecasts of its own leans to these.
 */
import { adapted, type Factors, factorFor, firstAim, scoredMin } from '../model/conformal.ts'

export interface Needed {
  readonly day: number
  readonly lot: number
  readonly of80: number
  readonly of95: number
}

/** So many forecasts of a lot weigh as much as its group. */
const leanCount = 120
const one: Factors = { of80: 1, of95: 1 }

/** Of all forecasts of a band, oldest day first. */
export function groupFactors(needed: readonly Needed[]): Factors {
  if (needed.length < scoredMin) return one
  let aim = firstAim
  let factors = one
  const past80: number[] = []
  const past95: number[] = []
  for (const ofDay of Map.groupBy(needed, ({ day }) => day).values()) {
    if (past80.length >= scoredMin) {
      const held = (of: 'of80' | 'of95') => ofDay.filter((each) => each[of] <= factors[of]).length / ofDay.length
      aim = adapted(aim, { of80: held('of80'), of95: held('of95') })
    }
    for (const { of80, of95 } of ofDay) {
      past80.push(of80)
      past95.push(of95)
    }
    factors = factorsFor(past80, past95, aim)
  }
  return factors
}

const factorsFor = (of80: readonly number[], of95: readonly number[], aim: Factors): Factors => ({
  of80: factorFor(Float32Array.from(of80), aim.of80),
  of95: factorFor(Float32Array.from(of95), aim.of95),
})

/** Of one lot: its own factor as far as it has been judged, that of its group else. */
export function lotFactors(group: Factors, own: readonly Needed[]): Factors {
  if (own.length < scoredMin) return group
  const alone = factorsFor(
    own.map(({ of80 }) => of80),
    own.map(({ of95 }) => of95),
    firstAim,
  )
  const share = own.length / (own.length + leanCount)
  const between = (a: number, b: number) => Math.exp((1 - share) * Math.log(a) + share * Math.log(b))
  return { of80: between(group.of80, alone.of80), of95: between(group.of95, alone.of95) }
}
