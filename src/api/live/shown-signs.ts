/**
 * Signs as the store is followed: the newest row of each, how far processing has come, and how old the newest message of their sensors is.
 *
 * An age never shrinks while nothing new is read: the clock of the server may be set back, so it is measured by a clock that only goes on too.
 */

import type { Sign } from '../../domain/sign.ts'
import { type ShownSign, shownSign } from '../../domain/sign-shown.ts'
import type { Instant } from '../../lib/brand.ts'
import type { Clock } from '../../lib/clock.ts'
import type { SignRow, Store } from '../../store/store.ts'
import { followRevs } from './follow-revs.ts'
import type { Presence } from './presence.ts'

export interface ShownSigns {
  /** Reads what has changed. Throws what the store throws; what was read before stays. */
  read(): Promise<void>
  /** In the order of their ids. */
  all(): readonly ShownSign[]
  /** False until signs have been read for the first time. */
  isLoaded(): boolean
  find(id: string): ShownSign | undefined
  /** Age of the newest message or heartbeat that is processed, milliseconds; undefined: not known. */
  processingAge(): number | undefined
}

interface SignsDeps {
  readonly store: Pick<Store, 'signRev' | 'signsSince' | 'foldClock'>
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  presence(): Presence
}

export function createShownSigns({ store, clock, presence }: SignsDeps): ShownSigns {
  const rows = new Map<string, SignRow>()
  const readings = newestReadings(clock)
  let isLoaded = false
  let processed: { readonly at: Instant; readonly seenMs: number } | undefined
  const readRows = followRevs(
    () => store.signRev(),
    (rev) => store.signsSince(rev),
    (changed) => {
      for (const row of changed) rows.set(row.id, row)
    },
    () => rows.clear(),
  )

  function processingAge(): number | undefined {
    if (!processed) return undefined
    const byClock = clock.now() - processed.at
    const unread = clock.monotonic() - processed.seenMs
    return byClock < 0 && -byClock > unread ? byClock : Math.max(byClock, unread)
  }

  function shown(row: SignRow): ShownSign | undefined {
    const newest = row.sign ? readings.newest(row.sign, presence()) : undefined
    const reading = newest === undefined ? undefined : Math.max(0, clock.now() - newest)
    return shownSign(row, { processing: processingAge(), reading }, clock.now())
  }

  return {
    async read() {
      await readRows()
      isLoaded = true
      if (rows.size === 0) return
      const at = await store.foldClock()
      if (at !== undefined && at !== processed?.at) processed = { at, seenMs: clock.monotonic() }
    },
    processingAge,
    isLoaded: () => isLoaded,
    all: () => [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).flatMap((row) => shown(row) ?? []),
    find(id) {
      const row = rows.get(id)
      return row && shown(row)
    },
  }
}

/** Counted again this often: a city-wide sign has 50,000 bays. */
const countedMs = 1_000

interface Counted {
  readonly layout: Presence['floor']
  readonly bays: readonly number[]
  readonly zones: readonly number[]
  newest: number
  countedMs: number
}

/** By what signs count: many count the same. */
function newestReadings(clock: Pick<Clock, 'monotonic'>) {
  const known = new Map<string, Counted>()
  let layout: Presence['floor'] | undefined
  return {
    newest(sign: Sign, presence: Presence): Instant | undefined {
      if (presence.floor !== layout) known.clear()
      layout = presence.floor
      const counted = known.getOrInsertComputed(JSON.stringify([sign.places, sign.types]), () =>
        membersOf(sign, presence),
      )
      if (clock.monotonic() - counted.countedMs >= countedMs) {
        const zones = presence.counts.all()
        const ofZones = counted.zones.map((zone) => zones[zone]?.arrived ?? 0)
        counted.newest = counted.bays.reduce(
          (last, i) => Math.max(last, presence.arrivedAt(i)),
          Math.max(0, ...ofZones),
        )
        counted.countedMs = clock.monotonic()
      }
      return counted.newest === 0 ? undefined : (counted.newest as Instant)
    },
  }
}

function membersOf({ places, types }: Sign, { floor }: Presence): Counted {
  const isWithin = (site: string, level: string, zones: readonly string[]) =>
    places.length === 0 ||
    places.some(
      (place) =>
        place.site === site &&
        (place.level === null || place.level === level) &&
        (place.zone === null || zones.includes(place.zone)),
    )
  const bays: number[] = []
  for (const { site, level, from, to } of floor.levels)
    for (let i = from; i < to; i++) {
      const bay = floor.bays[i]
      const isOfTypes = types.length === 0 || bay?.types.some((type) => types.includes(type))
      if (bay && isOfTypes && isWithin(site.id, level.id, bay.zones)) bays.push(i)
    }
  const zones = floor.counting.zones.flatMap(({ site, level, zone }, i) =>
    types.length === 0 && isWithin(site, level, [zone]) ? i : [],
  )
  return { layout: floor, bays, zones, newest: 0, countedMs: Number.NEGATIVE_INFINITY }
}
