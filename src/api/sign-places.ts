/** Places of a sign against the layout as it is now. */
import type { Sign } from '../domain/sign.ts'
import type { Floor } from './live/floor.ts'

/** Indexes of places that the layout does not have. */
export function placesMissing({ places }: Pick<Sign, 'places'>, { levels }: Floor): readonly number[] {
  return places.flatMap(({ site, level, zone }, index) => {
    const isThere = levels.some(
      (one) =>
        one.site.id === site &&
        (level === null || one.level.id === level) &&
        (zone === null || one.level.zones.some(({ id }) => id === zone)),
    )
    return isThere ? [] : index
  })
}
