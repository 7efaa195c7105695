/** How full each level of each car park is at a moment of the city, and how fast that changes. */
import { allCharacters, demand } from './demand.ts'

/** A level of a site, by their indexes. */
export interface LevelPlace {
  readonly site: number
  readonly level: number
  /** Levels of the site. */
  readonly of: number
}

export interface Rate {
  readonly share: number
  /** Change of share per millisecond of city time. */
  readonly slope: number
}

/** Levels fill from the ground up: shift of the curve per level, in log odds. */
const levelShift = 0.35
const slopeMsMin = 60_000

export function placeRates(
  places: readonly LevelPlace[],
  { zone, seed }: { readonly zone: string; readonly seed: number },
  city: number,
  widthMs: number,
): Rate[] {
  const ahead = Math.max(slopeMsMin, widthMs)
  const curves = allCharacters.map((character) => ({
    now: demand(character, city, zone, seed),
    soon: demand(character, city + ahead, zone, seed),
  }))
  return places.map(({ site, level, of }) => {
    const { now, soon } = curves[site] as { now: number; soon: number }
    const share = shareOnLevel(now, level, of)
    return { share, slope: (shareOnLevel(soon, level, of) - share) / ahead }
  })
}

/** The share of a level's bays that are taken when that of the whole car park is known. */
export const shareOnLevel = (share: number, level: number, levels: number): number =>
  shifted(share, ((levels - 1) / 2 - level) * levelShift)

/** Shifts a share in log odds: it stays between 0 and 1, and changes most in the middle. */
const shifted = (share: number, shift: number): number => 1 / (1 + ((1 - share) / share) * Math.exp(-shift))
