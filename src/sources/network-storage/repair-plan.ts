/**
 * What is asked for next: gaps and absences that were not answered for, joined to windows of time. Each is asked for again after a while, because
 * a network server writes its storage in batches, and is given up after the last try: then the network did not hear the uplink either.
 */
import type { MissingNumbers, MissingUplinks } from '../../domain/missing-uplinks.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import type { StoredUplink } from './stored-uplinks.ts'

export interface RepairWindow {
  readonly from: Instant
  readonly to: Instant
  /** Whether an uplink is one that is missing. */
  isWanted(uplink: StoredUplink): boolean
  /** It was answered for, whole. */
  done(now: Instant): void
}

export interface RepairPlan {
  /** The oldest window that is due; undefined when none is. */
  next(missing: MissingUplinks, now: Instant): RepairWindow | undefined
  /** Numbers that the network does not have either. */
  givenUp(): number
}

/** After so long once more. Radio loses some uplinks for good, so it is not tried often. */
const retryMs: readonly number[] = [300_000, 1_800_000]
/** Around the numbers on both sides: the clocks of two servers, and the time in which the storage is written. */
const marginMs = 60_000
/** Windows closer than this are asked for together. */
const joinMs = 300_000
/** A window without a neighbour reaches back so far. */
const unknownMs = 86_400_000
const gapsMax = 10_000

interface Tried {
  readonly times: number
  readonly at: Instant
}

interface Wanted {
  readonly key: string
  readonly from: Instant
  readonly to: Instant
  readonly numbers: MissingNumbers | undefined
}

export function createRepairPlan(keepsMs: number): RepairPlan {
  const tried = new Map<string, Tried>()
  let givenUp = 0

  const isDue = (key: string, now: Instant): boolean => {
    const before = tried.get(key)
    if (!before) return true
    const waits = retryMs[before.times - 1]
    return waits !== undefined && now - before.at >= waits
  }

  return {
    next(missing, now) {
      const wanted = wantedOf(missing, now, keepsMs)
      const known = new Set(wanted.map(({ key }) => key))
      for (const key of tried.keys()) if (!known.has(key)) tried.delete(key)
      givenUp = wanted
        .filter(({ key }) => (tried.get(key)?.times ?? 0) > retryMs.length)
        .reduce((sum, { numbers }) => sum + (numbers ? numbers.to - numbers.from + 1 : 0), 0)
      return windowOf(
        wanted.filter(({ key }) => isDue(key, now)),
        (key, at) => tried.set(key, { times: (tried.get(key)?.times ?? 0) + 1, at }),
      )
    },
    givenUp: () => givenUp,
  }
}

/** Oldest first; what the network server keeps no longer is left out. */
function wantedOf({ numbers, absence }: MissingUplinks, now: Instant, keepsMs: number): Wanted[] {
  const oldest = now - keepsMs
  const gaps = numbers.slice(0, gapsMax).map((gap): Wanted => {
    const to = gap.before ?? instant(now - marginMs - 1)
    return {
      key: `${gap.device} ${gap.to} ${gap.from} ${gap.before ?? ''}`,
      from: instant(Math.max(oldest, (gap.after ?? to - unknownMs) - marginMs)),
      to: instant(to + marginMs),
      numbers: gap,
    }
  })
  const whole: Wanted[] = absence
    ? [
        {
          key: `absence ${absence.from}`,
          from: instant(Math.max(oldest, absence.from - marginMs)),
          to: instant(absence.to + marginMs),
          numbers: undefined,
        },
      ]
    : []
  return [...whole, ...gaps].filter(({ from, to }) => from < to && to < now).sort((a, b) => a.from - b.from)
}

function windowOf(due: readonly Wanted[], tried: (key: string, at: Instant) => void): RepairWindow | undefined {
  const [first] = due
  if (!first) return undefined
  let to = first.to
  const joined: Wanted[] = []
  for (const one of due) {
    if (one.from > to + joinMs) break
    joined.push(one)
    to = instant(Math.max(to, one.to))
  }
  const everything = joined.some(({ numbers }) => numbers === undefined)
  const ofDevice = Map.groupBy(
    joined.flatMap(({ numbers }) => numbers ?? []),
    ({ device }) => device,
  )
  return {
    from: first.from,
    to,
    isWanted: ({ device, number }) =>
      everything || (ofDevice.get(device)?.some(({ from, to }) => from <= number && number <= to) ?? false),
    done: (now) => {
      for (const { key } of joined) tried(key, now)
    },
  }
}
