/**
 * The state of each bay: what the devices that watch it report. The one with the lowest number that knows counts.
 *
 * A sensor that has been silent for longer than its promise is not heard for its bay from then on, as on the live pages. The clock of that is the
 * arrival of other frames, in steps of a minute: a replay of the journal finds the same silence.
 */
import { type Instant, instant } from '../../lib/brand.ts'
import type { DeviceRecord } from '../fold.ts'
import type { Watching } from '../watching.ts'
import type { EventOf } from './fold.ts'
import { createSilence, type Silence } from './silence.ts'

export type Presence = boolean | null | undefined

/** What a bay adds to the places it belongs to. */
export interface Weight {
  readonly occupied: number
  readonly known: number
}

export interface BayPresence {
  /** From now on this layout is in effect. */
  lay(watching: Watching, devices: readonly DeviceRecord[]): void
  weights(): Iterable<readonly [bay: string, weight: Weight]>
  heard(event: EventOf<'heard'>): void
  applied(event: EventOf<'applied'>): void
  doubted(event: EventOf<'doubted'>): void
  setBack(): void
  tick(arrived: number): void
}

/** What each device that watches a bay reports of it. */
type Watchers = Map<string, Map<number, Presence>>

/** `changed`: the weight of a bay is another from `time` on. */
export function createBayPresence(
  promiseMs: number,
  changed: (bay: string, time: Instant, by: Weight) => void,
): BayPresence {
  let watching: Watching
  let watchers: Watchers = new Map()
  const silence = createSilence(promiseMs)
  const bayOf = ({ external }: DeviceRecord, claimedBay: string | null) => watching.bayOf({ external, claimedBay })

  /** What the device reports of the bay from now on; nothing when it watches it no more. */
  function watch(bay: string, state: DeviceRecord, reports: Presence | 'nothing', time: Instant) {
    if (reports === 'nothing') silence.forget(state)
    else silence.follow(state)
    const by = report(watchers, bay, state.id, reports)
    if (by.occupied !== 0 || by.known !== 0) changed(bay, time, by)
  }

  function fall(state: DeviceRecord, at: number) {
    silence.fell(state, at)
    const bay = bayOf(state, state.claimedBay)
    if (bay !== undefined) watch(bay, state, undefined, instant(at))
  }

  const reportOf = (state: DeviceRecord) => (silence.since(state) === undefined ? state.occupied : undefined)

  return {
    lay(next, devices) {
      watching = next
      watchers = watchersOf(watching, devices, silence)
    },
    *weights() {
      for (const bay of watchers.keys()) yield [bay, weightIn(watchers, bay)] as const
    },
    heard({ device, arrived, time }) {
      const silentFrom = device.lastArrived + promiseMs
      // Within the minute that was not looked at yet.
      if (arrived > silentFrom && silence.follows(device) && silence.since(device) === undefined)
        fall(device, silentFrom)
      const fell = silence.since(device)
      if (fell === undefined || !silence.ends(device, arrived)) return
      const bay = bayOf(device, device.claimedBay)
      if (bay !== undefined) watch(bay, device, device.occupied, instant(Math.max(time, fell)))
    },
    applied({ device, before, time }) {
      if (device.occupied === before.occupied && device.claimedBay === before.claimedBay) return
      const bay = bayOf(device, device.claimedBay)
      const left = bayOf(device, before.claimedBay)
      if (left !== undefined && left !== bay) watch(left, device, 'nothing', time)
      if (bay !== undefined) watch(bay, device, reportOf(device), time)
    },
    doubted({ device, time }) {
      const bay = bayOf(device, device.claimedBay)
      if (bay !== undefined) watch(bay, device, reportOf(device), time)
    },
    setBack: silence.setBack,
    tick(arrived) {
      for (const { state, at } of silence.fallen(arrived)) fall(state, at)
    },
  }
}

function watchersOf(watching: Watching, devices: readonly DeviceRecord[], silence: Silence): Watchers {
  const watchers: Watchers = new Map()
  silence.begin(devices.reduce((newest, { lastArrived }) => Math.max(newest, lastArrived), 0))
  for (const state of devices) {
    const bay = watching.bayOf(state)
    if (bay === undefined) continue
    const isSilent = silence.add(state)
    watchers.getOrInsertComputed(bay, () => new Map()).set(state.id, isSilent ? undefined : state.occupied)
  }
  return watchers
}

/** By how much the weight of the bay changes. */
function report(watchers: Watchers, bay: string, id: number, presence: Presence | 'nothing'): Weight {
  const leaves = weightIn(watchers, bay)
  const reported = watchers.getOrInsertComputed(bay, () => new Map())
  if (presence === 'nothing') reported.delete(id)
  else reported.set(id, presence)
  const comes = weightIn(watchers, bay)
  return { occupied: comes.occupied - leaves.occupied, known: comes.known - leaves.known }
}

function weightIn(watchers: Watchers, bay: string): Weight {
  let lowest = Number.POSITIVE_INFINITY
  let occupied: Presence
  for (const [id, presence] of watchers.get(bay) ?? [])
    if (id < lowest && presence !== undefined) {
      lowest = id
      occupied = presence
    }
  return { occupied: occupied === true ? 1 : 0, known: typeof occupied === 'boolean' ? 1 : 0 }
}
