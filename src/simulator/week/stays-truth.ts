/** What truly happens in the bays of the city: vehicles that stay too long, and car parks that are full. Seen once a step, so that edges are as sharp as a step. */
import type { Layout } from '../../domain/layout.ts'
import type { BayTruth } from '../city.ts'
import type { Cause } from './planted.ts'

/** A vehicle that has stayed longer than its bay allows, by more than a step: an alert has to find it. */
export interface TrueOverstay extends Cause {
  readonly bay: string
  /** When its limit passed, at the latest. */
  readonly due: number
}

export interface StaysTruth {
  look(now: number, bays: readonly BayTruth[]): void
  /** Stays that go on end with the last look. */
  overstays(): readonly TrueOverstay[]
  /** Where more bays of a site are taken than its rules allow, or nearly so: alerts of them are right. */
  fullness(): readonly Cause[]
}

const minuteMs = 60_000
/** How long before and after an edge an alert may come: a step, and the next heartbeat. */
const edgeMs = 90_000
/** Bays that sensors may see otherwise: faults, and frames that are under way. */
const bayErrors = 3
const nearlyFullShare = 0.95
const fullDelayMs = 10 * minuteMs

export function createStaysTruth({ sites }: Layout, stepMs: number): StaysTruth {
  const limits = new Map<string, number>()
  const siteOf = new Map<string, string>()
  for (const { id, levels, stayRules = [] } of sites)
    for (const bay of levels.flatMap(({ bays }) => bays)) {
      if (!bay.closed) siteOf.set(bay.id, id)
      const rule = stayRules.find(({ types }) => types === undefined || types.some((type) => bay.types.includes(type)))
      if (rule && !bay.closed) limits.set(bay.id, (rule.maxStayMin + (rule.graceMin ?? 0)) * minuteMs)
    }
  const arrived = new Map<string, number>()
  const overstays: TrueOverstay[] = []
  const full = createFullness(siteOf)
  let last = 0

  function leave(bay: string, at: number) {
    const since = arrived.get(bay)
    arrived.delete(bay)
    const limitMs = limits.get(bay)
    if (since === undefined || limitMs === undefined || at - since < limitMs - stepMs) return
    const explains = [{ rules: ['overstay'], subjects: new Set([bay]) }]
    overstays.push({ bay, due: since + limitMs, from: since + limitMs - 2 * stepMs, to: at + edgeMs, explains })
  }

  return {
    look(now, bays) {
      last = now
      for (const { bay, occupied } of bays) {
        if (!limits.has(bay)) continue
        if (occupied && !arrived.has(bay)) arrived.set(bay, now)
        else if (!occupied && arrived.has(bay)) leave(bay, now)
      }
      full.look(now, bays)
    },
    overstays() {
      for (const bay of [...arrived.keys()]) leave(bay, last)
      return overstays
    },
    fullness: full.causes,
  }
}

function createFullness(siteOf: ReadonlyMap<string, string>) {
  const causes: Cause[] = []
  const open = new Map<string, { -readonly [K in keyof Cause]: Cause[K] }>()
  const look = (now: number, name: string, rules: readonly string[], site: string, isFull: boolean) => {
    const known = open.get(name)
    if (!isFull || known) {
      if (known && now > known.to && !isFull) open.delete(name)
      else if (known && isFull) known.to = now + fullDelayMs
      return
    }
    const cause = { from: now, to: now + fullDelayMs, explains: [{ rules, subjects: new Set([site]) }] }
    open.set(name, cause)
    causes.push(cause)
  }
  return {
    causes: () => causes,
    look(now: number, bays: readonly BayTruth[]) {
      const sums = new Map<string, { taken: number; all: number }>()
      for (const { bay, occupied } of bays) {
        const site = siteOf.get(bay)
        if (site === undefined) continue
        const sum = sums.getOrInsertComputed(site, () => ({ taken: 0, all: 0 }))
        sum.all++
        if (occupied) sum.taken++
      }
      for (const [site, { taken, all }] of sums) {
        look(now, `nearly ${site}`, ['site-nearly-full'], site, taken + bayErrors > nearlyFullShare * all)
        look(now, `full ${site}`, ['site-full'], site, taken + bayErrors >= all)
      }
    },
  }
}
