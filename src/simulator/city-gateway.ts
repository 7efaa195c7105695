/** A gateway of the city: gathers the frames of its sensors and sends them together, with the faults of real radios. */
import { between, type Random } from './random.ts'

/** A gateway sends what it has gathered this often: its readings arrive together. */
const flushMsMin = 1_000
const flushMsMax = 4_000
/** Chance per flush that a gateway's uplink pauses, and for how long. */
const pauseChance = 1 / 1_500
export const usualPauseMs = 45_000
/** Shorter than the time after which a server counts a late frame as missing. */
const lateMsMax = 6_000

/** Chances per frame, and how long an uplink may pause. */
export interface CityFaults {
  readonly duplicate: number
  readonly late: number
  readonly garbled: number
  /** The longest pause of an uplink. */
  readonly pauseMs: number
}

export interface Gateway {
  readonly name: string
  /** A frame of one of its devices. `now`: of the clock. */
  emit(device: string, line: string, now: number): void
  /** Adds what has arrived by now to `lines`, when it is its time to send. */
  flush(now: number, lines: string[]): void
  /** It sends nothing before then, and keeps what it hears. */
  goOffline(until: number): void
  /** Devices of frames that it has not sent yet. */
  pending(): ReadonlySet<string>
}

interface Kept {
  readonly device: string
  readonly line: string
  readonly due: number
}

export function createGateway(name: string, random: Random, chance: CityFaults, now: number): Gateway {
  let outbox: Kept[] = []
  let flushAt = now + between(random, 0, flushMsMax)

  function garbled(line: string): string {
    const cut = Math.floor(random() * (line.length - 2)) + 1
    return `${line.slice(0, cut)}~${line.slice(cut + 1, -1)}`
  }

  return {
    name,
    emit(device, line, now) {
      if (random() < chance.late) {
        outbox.push({ device, line, due: now + between(random, 1_000, lateMsMax) })
        return
      }
      if (random() < chance.garbled) outbox.push({ device, line: garbled(line), due: 0 })
      outbox.push({ device, line, due: 0 })
      if (random() < chance.duplicate) outbox.push({ device, line, due: 0 })
    },
    flush(now, lines) {
      if (flushAt > now) return
      const pause = random() < pauseChance ? random() * chance.pauseMs : 0
      flushAt = now + between(random, flushMsMin, flushMsMax) + pause
      if (outbox.length === 0) return
      for (const { line, due } of outbox) if (due <= now) lines.push(line)
      outbox = outbox.filter(({ due }) => due > now)
    },
    goOffline(until) {
      flushAt = Math.max(flushAt, until)
    },
    pending: () => new Set(outbox.map(({ device }) => device)),
  }
}
