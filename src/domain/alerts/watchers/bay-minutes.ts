/** Bays that are in one state for too long. Of all rules of a state only the next limit of a bay is awaited: a change of a bay costs one entry. */
import type { BayState } from '@baykeeper/contract/vocabulary.ts'
import { minuteMs } from '../../../lib/utc-day.ts'
import type { BayLocation } from '../../watching.ts'
import type { Watcher, WatcherContext } from '../declaration.ts'
import type { AlertRule, Watch } from '../rule.ts'
import type { BayNow } from '../world.ts'

export function bayMinutes(rules: readonly AlertRule[], context: WatcherContext): Watcher {
  const { world } = context
  const byState = Map.groupBy(rules, ({ watch }) => (watch as Watch).state as BayState)
  for (const of of byState.values()) of.sort((a, b) => limitMs(a) - limitMs(b) || (a.id < b.id ? -1 : 1))
  const held = createHeldBays(context)
  /** Moments at which a bay is looked at again, the earliest last. */
  const awaited = new Map<string, number[]>()

  /** The first limit that the clock has not passed; those that it has are put. */
  function follow(bay: string, from: number, now: number) {
    const known = world.bay(bay)
    const of = known && byState.get(known.state)
    if (!known || known.since === null || !of) return
    const { since } = known
    for (const rule of of) {
      const at = since + limitMs(rule)
      if (at <= from) continue
      if (at > now) return expect(bay, at)
      held.put(rule, bay, true, at)
    }
  }

  /** What the bay does until the earliest of its entries is looked at then: a later entry is not needed. */
  function expect(bay: string, at: number) {
    const times = awaited.getOrInsertComputed(bay, () => [])
    if (at >= (times.at(-1) ?? Number.POSITIVE_INFINITY)) return
    times.push(at)
    context.wake(at, bay, (time) => {
      times.pop()
      follow(bay, at - 1, time)
    })
  }

  const mayBeAbout = scopesOf(rules)
  function begin(now: number, isLooking: boolean) {
    held.load(rules)
    for (const bay of world.watching.closed.keys())
      if (mayBeAbout(world.watching.locationOf(bay))) follow(bay, isLooking ? 0 : now, now)
  }

  return {
    follows: {
      bay({ bay, time, before, after }) {
        if (before !== after) held.leave(bay, time)
        if (byState.has(after) && mayBeAbout(world.watching.locationOf(bay))) follow(bay, 0, time)
      },
    },
    load: () => begin(context.now(), false),
    look(at) {
      held.look(at)
      begin(at, true)
    },
  }
}

/**
 * Whether a rule may be about a bay there, by sites and zones alone: of 50,000 bays those are not awaited that no rule names. A bay without a place
 * may be of any.
 */
function scopesOf(rules: readonly AlertRule[]): (place: BayLocation | undefined) => boolean {
  const zonesBySite = new Map<string, Set<string>>()
  for (const { scope } of rules)
    for (const site of scope.sites.length > 0 ? scope.sites : [anySite]) {
      const zones = zonesBySite.getOrInsertComputed(site, () => new Set())
      for (const zone of scope.zones.length > 0 ? scope.zones : [anyZone]) zones.add(zone)
    }
  const isNamed = (site: string, zones: readonly string[]) => {
    const named = zonesBySite.get(site)
    return named !== undefined && (named.has(anyZone) || zones.some((zone) => named.has(zone)))
  }
  return (place) => !place || isNamed(anySite, place.zones) || isNamed(place.site, place.zones)
}
/** No site or zone has an empty id. */
const [anySite, anyZone] = ['', '']

const isBeyondLimit = (rule: AlertRule, bay: BayNow | undefined, at: number): boolean =>
  bay !== undefined &&
  bay.state === (rule.watch as Watch).state &&
  bay.since !== null &&
  bay.since + limitMs(rule) <= at

const limitMs = ({ threshold }: AlertRule) => Math.round((threshold ?? 0) * minuteMs)

/** Bays for which a condition holds, with its rules. */
function createHeldBays(context: WatcherContext) {
  const { world } = context
  const on = new Map<string, Set<AlertRule>>()
  const key = (bay: string) => ({ kind: 'bay', id: bay }) as const
  const hold = (bay: string, rule: AlertRule) => on.getOrInsertComputed(bay, () => new Set()).add(rule)

  function put(rule: AlertRule, bay: string, isOn: boolean, at: number) {
    const { state } = rule.watch as Watch
    const minutes = limitMs(rule) / minuteMs
    const text = () => `Bay ${bay} is ${state} for more than ${minutes} min.`
    context.put(rule, key(bay), { isOn, at, value: isOn ? minutes : null, text }, () => world.subjectOfBay(bay))
    if (isOn && context.isOn(rule, key(bay))) hold(bay, rule)
  }

  return {
    put,
    load(rules: readonly AlertRule[]) {
      for (const rule of rules) for (const { id } of context.subjectsOn(rule)) hold(id, rule)
    },
    /** The bay is in another state. */
    leave(bay: string, at: number) {
      const held = on.get(bay)
      if (!held) return
      on.delete(bay)
      for (const rule of held) put(rule, bay, false, at)
    },
    look(at: number) {
      for (const [bay, held] of [...on])
        for (const rule of held) if (!isBeyondLimit(rule, world.bay(bay), at)) put(rule, bay, false, at)
    },
  }
}
