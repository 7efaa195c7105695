/**
 * How long bursts and outages are when a whole run of all programs has to fit into some minutes: every cell is there, shorter, and the
 * report notes that.
 */
export interface Lengths {
  readonly seconds: number
  /** Of the burst around a kill. */
  readonly killS: number
  readonly outageS: number
}

/** Parts of one run of one program. */
export interface Cells {
  readonly bursts: number
  readonly kills: number
  readonly outages: number
  readonly cases: number
}

export const fullLengths: Lengths = { seconds: 10, killS: 20, outageS: 60 }

/** The burst around an outage, in times of the outage: it comes after two fifths of it. */
export const aroundOutage = 1.4
/** Settling, draining and looking at the rows, after a burst and after a fault; and the start of a program with its database. */
const overheadS = { burst: 3.5, fault: 8, case: 4 }
/** Shorter ones say nothing. */
const secondsMin = 1
/** A kill and an outage in times of a plain burst. */
const killTimes = 2
const outageTimes = 4

export function lengthsWithin(minutes: number, programs: number, cells: Cells): Lengths {
  const { bursts, kills, outages, cases } = cells
  const overhead = bursts * overheadS.burst + (kills + outages) * overheadS.fault + cases * overheadS.case
  const left = (minutes * 60) / programs - overhead
  const seconds = left / (bursts + kills * killTimes + outages * outageTimes * aroundOutage)
  const atMost = (most: number, wanted: number) => Math.round(Math.min(most, Math.max(secondsMin, wanted)) * 10) / 10
  return {
    seconds: atMost(fullLengths.seconds, seconds),
    killS: atMost(fullLengths.killS, Math.max(secondsMin, seconds) * killTimes),
    outageS: atMost(fullLengths.outageS, Math.max(secondsMin, seconds) * outageTimes),
  }
}
