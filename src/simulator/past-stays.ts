/**
 * Stays of the demo city before it was started: bay by bay, so that as many bays are taken at the end of each quarter of an hour as the past
 * (past.ts) has. Vehicles leave as those of the living city do (city-sensor.ts). Pure: the same seed and quarters give the same stays.
 */
import type { Layout } from '../domain/layout.ts'
import { quarterMs } from '../domain/occupancy-span.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { leavingRate } from './city-sensor.ts'
import { allCharacters, type Character } from './demand.ts'
import { type PastQuarter, zoneGroups } from './past.ts'
import { createRandom, type Random } from './random.ts'

export interface PastStay {
  readonly bay: string
  readonly arrival: Instant
  readonly departure: Instant
}

export interface PastStays {
  /** The next quarter, all its places; the stays that ended in it. */
  follow(places: readonly PastQuarter[]): readonly PastStay[]
}

interface BayPast {
  readonly bay: string
  /** Departures per millisecond. */
  readonly rate: number
  /** When its vehicle came, or when the last one left. */
  since: number
}

/** Bays that are counted together. */
interface Group {
  readonly site: string
  readonly level: string
  readonly zone: string | null
  readonly taken: BayPast[]
  readonly free: BayPast[]
}

/** Between a vehicle that leaves and the next one. */
const betweenMs = 20_000

export function createPastStays(layout: Layout, seed: number): PastStays {
  const random = createRandom(seed ^ 0x57a9)
  const groups = layout.sites.flatMap((site, s) =>
    site.levels.flatMap((level) =>
      zoneGroups(level).map(({ zone, bays }): Group => {
        const { stayMin } = allCharacters[s] as Character
        const free = bays.map(({ id }) => ({ bay: id, rate: leavingRate(random, stayMin), since: 0 }))
        return { site: site.id, level: level.id, zone: zone ?? null, taken: [], free }
      }),
    ),
  )
  return {
    follow(places) {
      const start = places[0]?.start ?? 0
      const targets = new Map(places.map((place) => [keyOf(place), place.occupied]))
      const rest = (level: Pick<Group, 'site' | 'level'>) =>
        groups
          .filter(({ site, level: id, zone }) => site === level.site && id === level.level && zone !== null)
          .reduce(
            (left, zone) => left - (targets.get(keyOf(zone)) ?? 0),
            targets.get(keyOf({ ...level, zone: null })) ?? 0,
          )
      return groups.flatMap((group) => {
        const target = group.zone === null ? rest(group) : (targets.get(keyOf(group)) ?? 0)
        return liveQuarter(group, target, start, random)
      })
    },
  }
}

const keyOf = ({ site, level, zone }: Pick<PastQuarter, 'site' | 'level' | 'zone'>) => `${site}/${level}/${zone}`

function liveQuarter({ taken, free }: Group, target: number, start: number, random: Random): PastStay[] {
  const stays: PastStay[] = []
  const end = start + quarterMs
  const leave = (index: number, at: number) => {
    const bay = takeAt(taken, index)
    stays.push(stayOf(bay, at))
    bay.since = at
    free.push(bay)
  }
  for (let i = taken.length - 1; i >= 0; i--) {
    const at = start + untilLeft(taken[i] as BayPast, random)
    if (at < end) leave(i, at)
  }
  while (taken.length > target) leave(pick(taken, random), start + random() * quarterMs)
  // A vehicle that comes and leaves within the quarter leaves its place to another.
  for (let tries = 0; taken.length < target && free.length > 0; tries++) {
    const bay = takeAt(free, pick(free, random))
    const from = Math.min(end, Math.max(start, bay.since + betweenMs))
    const arrival = from + random() * (end - from)
    const departure = arrival + untilLeft(bay, random)
    const leaves = departure < end && tries < 2 * target
    if (leaves) stays.push(stayOf({ ...bay, since: arrival }, departure))
    bay.since = leaves ? departure : arrival
    ;(leaves ? free : taken).push(bay)
  }
  return stays
}

/** Memoryless, as the living city: no vehicle knows how long it has stood. */
const untilLeft = ({ rate }: BayPast, random: Random): number => -Math.log(1 - random()) / rate
const pick = (of: readonly BayPast[], random: Random): number => Math.floor(random() * of.length)

/** The last one takes its place. */
function takeAt(of: BayPast[], index: number): BayPast {
  const bay = of[index] as BayPast
  const last = of.pop() as BayPast
  if (last !== bay) of[index] = last
  return bay
}

function stayOf({ bay, since }: BayPast, at: number): PastStay {
  const arrival = Math.round(since)
  return { bay, arrival: instant(arrival), departure: instant(Math.max(arrival + 1_000, Math.round(at))) }
}
