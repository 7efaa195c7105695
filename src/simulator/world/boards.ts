/** The life of a board: runs (boots, network sessions), readings in each, and its clock. */
import { minuteMs } from '../../lib/utc-day.ts'
import { between, type Random } from '../random.ts'
import type { Kind, TrueReading, Wire } from './history.ts'

export interface Life {
  readonly kind: Kind
  readonly readings: readonly TrueReading[]
  readonly clockTrusted: boolean
  readonly width?: 8 | 16 | 32
  readonly traits: readonly string[]
}

/** 2026-11-23 06:00 UTC: all of a history lies within a day, as the trust window of device clocks asks. */
export const dayStart = Date.UTC(2026, 10, 23, 6)
const hoursMax = 18
/** Between the last frame of a boot and the first of the next. */
const restartMs = [12_000, 600_000] as const

export const chance = (random: Random, share: number): boolean => random() < share
export const whole = (random: Random, low: number, high: number): number => Math.floor(between(random, low, high + 1))
export const pick = <T>(random: Random, of: readonly T[]): T => of[Math.floor(random() * of.length)] as T

const clockFaults = {
  none: { offset: 0, traits: [] },
  'ten minutes behind': { offset: -10 * minuteMs, traits: ['clock ten minutes behind'] },
  'ten minutes ahead': { offset: 10 * minuteMs, traits: ['clock ten minutes ahead'] },
  '1970': { offset: -dayStart, traits: ['clock of 1970'] },
  '2036': { offset: Date.UTC(2036, 1, 7) - dayStart, traits: ['clock of 2036'] },
} as const
type ClockFault = keyof typeof clockFaults

export function lifeOf(random: Random, kind: Kind): Life {
  const traits: string[] = []
  const hasClock = kind === 'clock-number' || kind === 'clock' || (kind === 'boot' && chance(random, 0.3))
  const fault = hasClock ? clockFault(random, kind) : 'none'
  traits.push(...clockFaults[fault].traits)
  const clockTrusted = hasClock && (fault === 'none' || fault === 'ten minutes behind')
  const width = widthOf(random, kind)
  if (width) traits.push(`${width} bit counter`)
  const hasReset = kind === 'session' && chance(random, 0.15)
  if (hasReset) traits.push('counter reset')
  const clock = clockOf(random, clockFaults[fault].offset, traits)
  const payload = payloadOf(random, kind, traits)
  const readings: TrueReading[] = []
  const runs = kind === 'neither' || kind === 'clock' ? 1 : whole(random, 1, chance(random, 0.1) ? 6 : 3)
  if (runs > 1) traits.push(kind === 'session' && !hasReset ? 'rejoined' : 'restarted')
  const stepMs = pick(random, [1_000, 5_000, 30_000, minuteMs])
  let at = dayStart + whole(random, 0, 3_600) * 1_000
  const session = hexOf(random)
  for (let run = 0; run < runs; run++) {
    const count = lengthOf(random, width)
    const first = firstNumber(random, kind, width, count)
    const name = kind === 'session' ? (hasReset ? session : hexOf(random)) : hexOf(random)
    for (let k = 0; k < count; k++) {
      at += Math.max(1, whole(random, 1, 3)) * stepMs
      if (at > dayStart + hoursMax * 3_600_000) break
      const number = first + k
      const seq = width ? number % 2 ** width : number
      const wire: Wire = {
        ...(kind === 'session' ? { session: name } : {}),
        ...(kind === 'boot' ? { boot: name } : {}),
        ...(kind === 'clock' || kind === 'neither' ? {} : { seq }),
        ...(hasClock ? { time: clock(at) } : {}),
        ...payload(at),
      }
      readings.push({ run, number, at, wire })
    }
    at += whole(random, ...restartMs)
  }
  return { kind, readings, clockTrusted, ...(width ? { width } : {}), traits }
}

function clockFault(random: Random, kind: Kind): ClockFault {
  if (kind === 'clock') return pick(random, ['none', 'none', 'ten minutes behind'])
  return pick(random, ['none', 'none', 'none', 'none', 'ten minutes behind', 'ten minutes ahead', '1970', '2036'])
}

const widthOf = (random: Random, kind: Kind): 8 | 16 | 32 | undefined =>
  kind === 'number' && chance(random, 0.5) ? pick(random, [8, 8, 16, 32]) : undefined

/** Long enough for a second lap of 8 bits now and then. */
function lengthOf(random: Random, width: 8 | 16 | 32 | undefined): number {
  if (width === 8 && chance(random, 0.15)) return whole(random, 260, 560)
  return chance(random, 0.1) ? whole(random, 20, 90) : whole(random, 4, 14)
}

function firstNumber(random: Random, kind: Kind, width: 8 | 16 | 32 | undefined, count: number): number {
  if (kind === 'session') return 0
  if (width && count < 200 && chance(random, 0.5)) return 2 ** width - whole(random, 1, Math.max(2, count - 3))
  return chance(random, 0.3) && kind !== 'boot' ? whole(random, 2, 400) : whole(random, 0, 1)
}

/** Drift, coarse seconds and an offset; never back. */
function clockOf(random: Random, offset: number, traits: string[]): (at: number) => number {
  const drift = chance(random, 0.3) ? between(random, -2e-4, 2e-4) : 0
  const resolution = chance(random, 0.5) ? 1_000 : 1
  if (drift !== 0) traits.push('clock drifts')
  return (at) => {
    const time = at + offset + drift * (at - dayStart)
    return Math.max(0, Math.floor(time / resolution) * resolution)
  }
}

/** How the truth changes, and what else the board measures. */
function payloadOf(
  random: Random,
  kind: Kind,
  traits: string[],
): (at: number) => Pick<Wire, 'occupied' | 'batteryPct' | 'countIn'> {
  const change = pick(random, [1, 0.5, 0.5, 0.2])
  const hasBattery = chance(random, 0.5)
  const hasCounter = chance(random, 0.15) && kind !== 'session'
  if (change === 1) traits.push('only changes are sent')
  if (hasCounter) traits.push('counter')
  let occupied = chance(random, 0.5)
  let countIn = whole(random, 0, 20)
  return () => {
    if (chance(random, change)) occupied = !occupied
    countIn += whole(random, 0, 1)
    return {
      occupied,
      ...(hasBattery ? { batteryPct: whole(random, 20, 99) } : {}),
      ...(hasCounter ? { countIn } : {}),
    }
  }
}

const hexOf = (random: Random) =>
  Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0')
