/** Random sites and histories for the promise that no forecast is absurd: full, empty, closed at night, silent, across a clock change. */
import type { ForecastRequest } from '@baykeeper/contract/forecast.ts'
import { type Random, seededRandom } from '../data/random.ts'

const quarterMs = 15 * 60_000
const dayMs = 96 * quarterMs

const kinds = ['full', 'empty', 'still', 'day', 'jumps', 'wanders', 'closed at night', 'fills up once'] as const
const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC'] as const
/** Around both clock changes of a year, and away from them. */
const starts = ['2026-01-05', '2026-03-27', '2026-03-06', '2026-10-23', '2026-10-31', '2026-06-15', '2026-04-03']

export interface AbsurdSite {
  readonly seed: number
  readonly request: ForecastRequest
}

export function absurdSite(seed: number): AbsurdSite {
  const random = seededRandom(seed)
  const pick = <Of>(list: readonly Of[]): Of => list[Math.floor(random() * list.length)] as Of
  const days = pick([0.04, 0.5, 1, 2, 3, 6, 8, 13, 15, 20, 30, 45])
  const steps = Math.max(1, Math.floor(days * 96 * (0.9 + 0.2 * random())))
  const end = Math.floor((Date.parse(`${pick(starts)}T00:00:00Z`) + random() * 3 * dayMs) / quarterMs) * quarterMs
  const lots = Array.from({ length: 1 + Math.floor(random() * 2) }, (_, i) => {
    const capacity = Math.max(5, Math.round(5 * 1000 ** random()))
    return { id: `lot ${i}`, capacity, rates: ratesOf(random, { kind: pick(kinds), capacity, steps }) }
  })
  const now = new Date(end + Math.floor(random() * quarterMs)).toISOString()
  const closures =
    random() < 0.2
      ? [
          {
            from: new Date(end + 2 * 3_600_000).toISOString(),
            to: new Date(end + 5 * 3_600_000 + 60_000).toISOString(),
          },
        ]
      : []
  const at = Array.from({ length: 12 }, () => new Date(end + Math.ceil(random() * 1_440) * 60_000).toISOString())
  const request: ForecastRequest = {
    ...{ type: 'forecast', id: String(seed), site: `site ${seed}`, zone: pick(zones), now, at },
    from: new Date(end - (steps - 1) * quarterMs).toISOString(),
    lots: lots.map((lot) => ({ ...lot, closures })),
    pipeline: { depth: 0, lag_s: 1, as_of: now, coverage: 1 },
    free_at_least: [1, 2, 5, 20, 100, 1_000, 5_001],
    holidays: random() < 0.3 ? [now.slice(0, 10)] : [],
  }
  return { seed, request }
}

interface Lot {
  readonly kind: (typeof kinds)[number]
  readonly capacity: number
  readonly steps: number
}

function ratesOf(random: Random, { kind, capacity, steps }: Lot): (number | null)[] {
  const whole = (rate: number) => Math.round(Math.min(1, Math.max(0, rate)) * capacity) / capacity
  const gap = random() < 0.4 ? { from: random() * steps, length: random() * Math.min(steps, 40 * 96) } : undefined
  const still = random()
  let level = random()
  return Array.from({ length: steps }, (_, t) => {
    const hour = (t / 4) % 24
    level = Math.min(1, Math.max(0, level + 0.05 * (random() - 0.5)))
    if (gap && t >= gap.from && t < gap.from + gap.length) return null
    const course = 0.5 - 0.45 * Math.cos((2 * Math.PI * hour) / 24)
    switch (kind) {
      case 'full':
        return 1
      case 'empty':
        return 0
      case 'still':
        return whole(still)
      case 'day':
        return whole(course + 0.1 * (random() - 0.5))
      case 'jumps':
        return random() < 0.5 ? 0 : 1
      case 'wanders':
        return whole(level)
      case 'closed at night':
        return hour < 6 || hour > 22 ? null : whole(course)
      default:
        // It fills up once, and stays full.
        return t > steps / 2 ? 1 : whole(0.2 + 0.1 * random())
    }
  })
}
