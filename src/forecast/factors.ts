/**
 * Factors that widen the intervals. The scoreboard measures how much wider the issued intervals should have been, and those had been widened
 * already: so its result is relative to the mean factor over the scored days. When it is 1, the factor stays.
 */
import type { Scoreboard } from '@baykeeper/contract/forecast.ts'

export interface KeptFactor {
  readonly lot: string
  readonly minutes: number
  /** In use now. */
  readonly of80: number
  readonly of95: number
  /** In use over the scored days, on the mean. */
  readonly mean80: number
  readonly mean95: number
}

const factorMin = 0.4
const factorMax = 4
const clamp = (factor: number) => Math.min(factorMax, Math.max(factorMin, factor))

/** `share`: of the scored days, how much has passed since the factors before were taken into use. */
export function nextFactors(before: readonly KeptFactor[], scored: Scoreboard['factors'], share: number): KeptFactor[] {
  const known = new Map(before.map((each) => [`${each.minutes} ${each.lot}`, each]))
  return scored.map(({ lot, minutes, of80, of95 }) => {
    const was = known.get(`${minutes} ${lot}`) ?? { of80: 1, of95: 1, mean80: 1, mean95: 1 }
    const mean80 = was.mean80 + (was.of80 - was.mean80) * share
    const mean95 = was.mean95 + (was.of95 - was.mean95) * share
    return { lot, minutes, of80: clamp(mean80 * of80), of95: clamp(mean95 * of95), mean80, mean95 }
  })
}
