import { instant, orEmpty, text, whole, whole32 } from '../column.ts'
import { type RowOf, replace, table } from '../table.ts'

export const occupancy = table('occupancy', {
  key: {
    spanMs: whole32,
    /** Null: of the city, which is all sites. */
    site: orEmpty(text(128)),
    /** Null: of the whole site, or of a bay type. */
    level: orEmpty(text(128)),
    /** Of the level; without a level, a bay type. Null: of the whole level, site or city. */
    zone: orEmpty(text(128)),
    start: instant,
  },
  merge: {
    capacity: replace(whole32),
    occupiedMs: replace(whole),
    knownMs: replace(whole),
    fullMs: replace(whole),
    minOccupied: replace(whole32),
    maxOccupied: replace(whole32),
    occupiedEnd: replace(whole32),
    knownEnd: replace(whole32),
  },
})

/**
 * Occupancy of a place over one minute or quarter of an hour (domain/occupancy-span.ts). There is a row only where something changed: a
 * span without one is as the row before it ended.
 */
export type OccupancyRow = RowOf<typeof occupancy>
