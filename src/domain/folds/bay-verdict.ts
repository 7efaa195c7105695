/**
 * What the state of a bay follows from at a moment. Rank: closed by the layout, then a person, then sensors (manual > sensor).
 *
 * - Of several sensors those count that are heard and know. Where they agree, that is the state.
 * - Where they disagree the bay is occupied while that is the newest change. Where the newest change is to free it stays occupied for
 *   `disputeMs`, in which another sensor of a bay that was left follows; from then on it is unknown. `disputed` from then on
 *   in both cases. It is never free while a sensor that is not silent reports occupied.
 * - A sensor that flaps is debounced: it is occupied at once, and free when it has reported free for `debounceMs` without a change.
 * - A stuck sensor is marked, and its state stays: a pattern is no proof.
 * - Silence, an outage of the gateway since which a sensor has not reported, or a sensor that does not know: unknown.
 */
import { type BayCause, type BayState, bayFlagBits } from '@baykeeper/contract/vocabulary.ts'
import type { DeviceRecord } from '../fold.ts'
import { type ChangePattern, calmAt, stuckAt } from './change-pattern.ts'

/** A device that watches a bay. */
export interface Watcher<Slot> {
  readonly device: DeviceRecord
  readonly slot: Slot
  /** Silent after so long without a frame. */
  readonly promiseMs: number
  readonly pattern: ChangePattern
  /** Time of its newest reading. */
  readAt: number
  /** Its battery was low at its newest frame. */
  isLow: boolean
  isSilent: boolean
  /** The gateway that alone carries it was judged offline, and no frame of it has arrived since. */
  isCutOff: boolean
  /** Of its earliest entry among what falls due. */
  dueAt: number
}

export const disputeMs = 120_000
export const debounceMs = 60_000

/** Filled in place: it is asked for at every change. */
export interface Verdict {
  state: BayState
  cause: BayCause
  flags: number
  /** DeviceState.id of the sensor that it rests on. */
  device: DeviceRecord | null
  /** When time alone may make it another. */
  nextAt: number
}

export const newVerdict = (): Verdict => ({
  ...{ state: 'unknown', cause: 'layout', flags: 0, device: null, nextAt: Number.POSITIVE_INFINITY },
})

type Watched = Pick<Watcher<unknown>, 'device' | 'pattern' | 'isSilent' | 'isCutOff'>

/** What the sensors say, people and layout apart. */
export function judgeSensors(watchers: readonly Watched[], now: number, verdict: Verdict): void {
  verdict.state = 'unknown'
  verdict.cause = watchers.length === 0 ? 'layout' : 'rule'
  verdict.flags = 0
  verdict.device = null
  verdict.nextAt = Number.POSITIVE_INFINITY
  let newestFree: Watched | null = null
  let newestOccupied: Watched | null = null
  let silent = 0
  for (const watcher of watchers) {
    const { device } = watcher
    if (device.batteryLow === true) verdict.flags |= bayFlagBits['low-battery']
    if (device.occupied === undefined) continue
    if (watcher.isSilent || watcher.isCutOff) {
      if (watcher.isSilent) silent |= bayFlagBits.stale
      if (watcher.isCutOff) silent |= bayFlagBits['gateway-offline']
      continue
    }
    if (device.occupied === null) {
      if (verdict.device === null) verdict.device = device
      continue
    }
    if (isOccupied(watcher, now, verdict)) newestOccupied = newerOf(watcher, newestOccupied)
    else newestFree = newerOf(watcher, newestFree)
  }
  if (newestOccupied !== null && newestFree !== null) {
    settleDispute(newestFree, newestOccupied, now, verdict)
    return
  }
  const only = newestOccupied ?? newestFree
  if (only === null) {
    verdict.flags |= silent
    if (silent === 0 && verdict.device !== null) verdict.cause = 'device'
    return
  }
  verdict.state = newestOccupied === null ? 'free' : 'occupied'
  verdict.cause = 'device'
  verdict.device = only.device
}

/** Marks what its pattern shows, and debounces it where it flaps. */
function isOccupied({ device, pattern }: Watched, now: number, verdict: Verdict): boolean {
  const stuck = stuckAt(pattern)
  if (now >= stuck) verdict.flags |= bayFlagBits.stuck
  else verdict.nextAt = Math.min(verdict.nextAt, stuck)
  if (!pattern.isFlapping) return device.occupied === true
  const calm = calmAt(pattern)
  if (now >= calm) {
    pattern.isFlapping = false
    return device.occupied === true
  }
  verdict.flags |= bayFlagBits.flapping
  verdict.nextAt = Math.min(verdict.nextAt, calm)
  const steadyAt = pattern.changedAt + debounceMs
  if (device.occupied === false && now < steadyAt) {
    verdict.nextAt = Math.min(verdict.nextAt, steadyAt)
    return true
  }
  return device.occupied === true
}

function settleDispute(free: Watched, occupied: Watched, now: number, verdict: Verdict): void {
  const isFreeNewer = newerOf(free, occupied) === free
  const disputedAt = Math.max(free.pattern.changedAt, occupied.pattern.changedAt) + disputeMs
  const isDisputed = now >= disputedAt
  if (isDisputed) verdict.flags |= bayFlagBits.disputed
  else verdict.nextAt = Math.min(verdict.nextAt, disputedAt)
  verdict.state = isDisputed && isFreeNewer ? 'unknown' : 'occupied'
  verdict.cause = verdict.state === 'unknown' ? 'rule' : 'device'
  verdict.device = verdict.state === 'unknown' ? free.device : occupied.device
}

/** By the time of its newest change; of two at once the one with the lower number. */
function newerOf(one: Watched, than: Watched | null): Watched {
  if (than === null) return one
  const [changed, other] = [one.pattern.changedAt, than.pattern.changedAt]
  return changed > other || (changed === other && one.device.id < than.device.id) ? one : than
}
