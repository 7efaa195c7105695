/**
 * The demo city before it was started: how full each place was at every quarter of an hour, from the same demand that the city lives by, with
 * the scatter of single cars. Simulated like everything of the city, and pure: the same seed and days give the same past.
 */
import type { Layout, Level } from '../domain/layout.ts'
import { quarterMs } from '../domain/occupancy-span.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { shareOnLevel } from './city.ts'
import { type Character, characters, demand } from './demand.ts'
import { createRandom, normal, type Random } from './random.ts'

/** How a place stood at the end of a quarter of an hour. */
export interface PastQuarter {
  readonly site: string
  readonly level: string | null
  readonly zone: string | null
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

/** Quarter by quarter, oldest first; all places of a quarter together. */
export function* pastOf({ layout, seed, zone, from, to }: PastOptions): Generator<readonly PastQuarter[]> {
  const random = createRandom(seed ^ 0x9a57)
  const lots = layout.sites.map((site, s) => ({
    site: site.id,
    character: characters[s] as Character,
    levels: site.levels.map((level) => ({ level, groups: groupsOf(level) })),
  }))
  for (let start = Math.floor(from / quarterMs) * quarterMs; start + quarterMs <= to; start += quarterMs) {
    const end = start + quarterMs
    yield lots.flatMap(({ site, character, levels }) => {
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
  }
}

/** The bays of one zone of a level, or those of none. */
interface Group {
  readonly zone: string | undefined
  readonly capacity: number
  /** How far it is from what is expected, in standard deviations: cars that came stay a while. */
  away: number
}

function groupsOf({ zones, bays }: Level): Group[] {
  const open = bays.filter(({ closed }) => !closed)
  return [undefined, ...zones.map(({ id }) => id)]
    .map((zone) => ({ zone, capacity: open.filter((bay) => bay.zone === zone).length, away: 0 }))
    .filter(({ capacity }) => capacity > 0)
}

function live(group: Group, share: number, { random, character }: { random: Random; character: Character }): number {
  const stays = Math.exp(-quarterMs / 60_000 / character.stayMin)
  group.away = stays * group.away + Math.sqrt(1 - stays ** 2) * normal(random)
  const spread = Math.sqrt(group.capacity * share * (1 - share))
  return Math.min(group.capacity, Math.max(0, Math.round(group.capacity * share + spread * group.away)))
}
