/**
 * The demo city before it was started: how full each place was at every quarter of an hour, from the same demand that the city lives by, with
 * the scatter of single cars. Simulated like everything of the city, and pure: the same seed and days give the same past.
 */
import type { Bay, Layout, Level } from '../domain/layout.ts'
import { quarterMs } from '../domain/occupancy-span.ts'
import type { Place } from '../domain/watching.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { allCharacters, type Character, demand } from './demand.ts'
import { shareOnLevel } from './place-rates.ts'
import { createRandom, normal, type Random } from './random.ts'

/** How a place stood at the end of a quarter of an hour. */
export interface PastQuarter extends Place {
  readonly start: Instant
  readonly capacity: number
  readonly occupied: number
}

export interface PastOptions {
  readonly layout: Layout
  readonly seed: number
  readonly zone: string
  /** The first quarter, and the end of the last one. */
  readonly from: number
  readonly to: number
}

/** Quarter by quarter, oldest first; all places of a quarter together, the city last. Of bay types it knows nothing. */
export function* pastOf({ layout, seed, zone, from, to }: PastOptions): Generator<readonly PastQuarter[]> {
  const random = createRandom(seed ^ 0x9a57)
  const lots = layout.sites.map((site, s) => ({
    site: site.id,
    character: allCharacters[s] as Character,
    levels: site.levels.map((level) => ({ level, groups: groupsOf(level) })),
  }))
  for (let start = Math.floor(from / quarterMs) * quarterMs; start + quarterMs <= to; start += quarterMs) {
    const end = start + quarterMs
    const places = lots.flatMap(({ site, character, levels }) => {
      const share = demand(character, end, zone, seed)
      const all = levels.map(({ level, groups }, l) => {
        const expected = shareOnLevel(share, l, levels.length)
        const counts = groups.map((group) => ({ ...group, occupied: live(group, expected, { random, character }) }))
        return { id: level.id, counts }
      })
      const row = (
        level: string | null,
        zone: string | null,
        of: readonly { capacity: number; occupied: number }[],
      ) => ({
        ...{ site, level, zone, start: instant(start) },
        capacity: of.reduce((sum, each) => sum + each.capacity, 0),
        occupied: of.reduce((sum, each) => sum + each.occupied, 0),
      })
      return [
        row(
          null,
          null,
          all.flatMap(({ counts }) => counts),
        ),
        ...all.map(({ id, counts }) => row(id, null, counts)),
        ...all.flatMap(({ id, counts }) =>
          counts.flatMap((group) => (group.zone ? [row(id, group.zone, [group])] : [])),
        ),
      ]
    })
    yield [...places, cityOf(places, instant(start))]
  }
}

function cityOf(places: readonly PastQuarter[], start: Instant): PastQuarter {
  const sites = places.filter(({ level, zone }) => level === null && zone === null)
  const sum = (of: 'capacity' | 'occupied') => sites.reduce((all, each) => all + each[of], 0)
  return { site: null, level: null, zone: null, start, capacity: sum('capacity'), occupied: sum('occupied') }
}

/** The bays of one zone of a level, or those of none. */
interface Group {
  readonly zone: string | undefined
  readonly capacity: number
  /** How far it is from what is expected, in standard deviations: cars that came stay a while. */
  away: number
}

const groupsOf = (level: Level): Group[] =>
  zoneGroups(level).map(({ zone, bays }) => ({ zone, capacity: bays.length, away: 0 }))

/** Open bays of a level by their first zone, those of none first; groups without a bay are left out. */
export function zoneGroups({
  zones,
  bays,
}: Level): { readonly zone: string | undefined; readonly bays: readonly Bay[] }[] {
  const open = bays.filter(({ closed }) => !closed)
  return [undefined, ...zones.map(({ id }) => id)]
    .map((zone) => ({ zone, bays: open.filter((bay) => bay.zones[0] === zone) }))
    .filter((group) => group.bays.length > 0)
}

function live(group: Group, share: number, { random, character }: { random: Random; character: Character }): number {
  const stays = Math.exp(-quarterMs / 60_000 / character.stayMin)
  group.away = stays * group.away + Math.sqrt(1 - stays ** 2) * normal(random)
  const spread = Math.sqrt(group.capacity * share * (1 - share))
  return Math.min(group.capacity, Math.max(0, Math.round(group.capacity * share + spread * group.away)))
}
