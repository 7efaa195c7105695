/** Which devices that watch a bay have fallen silent, and since when that counts. */
import type { DeviceRecord } from '../fold.ts'
import { minuteMs } from '../occupancy-span.ts'

interface Fallen {
  readonly state: DeviceRecord
  readonly at: number
}

const none: readonly Fallen[] = []

export type Silence = ReturnType<typeof createSilence>

/** `promiseMs`: a device that has sent nothing for longer is silent. */
export function createSilence(promiseMs: number) {
  const watched = new Map<number, DeviceRecord>()
  const silent = new Map<number, number>()
  /** Silence was looked for up to a minute before this; no device falls silent before `firstSilence`. */
  let lookAt = 0
  let firstSilence = Number.POSITIVE_INFINITY

  return {
    begin(newestArrival: number) {
      watched.clear()
      silent.clear()
      lookAt = minuteOf(newestArrival) + minuteMs
      firstSilence = Number.POSITIVE_INFINITY
    },
    /** True when it is silent already. */
    add(state: DeviceRecord): boolean {
      watched.set(state.id, state)
      const at = state.lastArrived + promiseMs
      const isSilent = at <= lookAt - minuteMs
      if (isSilent) silent.set(state.id, at)
      else firstSilence = Math.min(firstSilence, at)
      return isSilent
    },
    forget: ({ id }: DeviceRecord) => void watched.delete(id),
    follow(state: DeviceRecord) {
      if (watched.has(state.id)) return
      watched.set(state.id, state)
      firstSilence = Math.min(firstSilence, state.lastArrived + promiseMs)
    },
    follows: ({ id }: DeviceRecord) => watched.has(id),
    since: ({ id }: DeviceRecord) => (silent.size === 0 ? undefined : silent.get(id)),
    fell: ({ id }: DeviceRecord, at: number) => void silent.set(id, at),
    /** False for a frame that came long ago and is decoded again: that is no sign of life of today. */
    ends({ id }: DeviceRecord, arrived: number): boolean {
      if (arrived + promiseMs <= lookAt - minuteMs) return false
      silent.delete(id)
      firstSilence = Math.min(firstSilence, arrived + promiseMs)
      return true
    },
    setBack() {
      lookAt = 0
    },
    /** The devices that have fallen silent by now, in order of when; looked for once a minute. */
    fallen(arrived: number): readonly Fallen[] {
      if (arrived < lookAt) return none
      const lookedTo = minuteOf(arrived)
      lookAt = lookedTo + minuteMs
      if (lookedTo < firstSilence) return none
      firstSilence = Number.POSITIVE_INFINITY
      const fallen: Fallen[] = []
      for (const state of watched.values()) {
        if (silent.has(state.id)) continue
        const at = state.lastArrived + promiseMs
        if (at <= lookedTo) fallen.push({ state, at })
        else firstSilence = Math.min(firstSilence, at)
      }
      return fallen.sort((a, b) => a.at - b.at || a.state.id - b.state.id)
    },
  }
}

const minuteOf = (ms: number) => Math.floor(ms / minuteMs) * minuteMs
