/**
 * Which epoch a numbered reading belongs to, and whether it is new, late, a duplicate or a conflict. Identity is
 * (source, device, epoch, seq), never a timestamp.
 *
 * Without `epoch` in the frame a new one opens when the protocol says so (`kind: restart`), when seq is 0 or 1 after a higher
 * one and the device's time is later, or when seq falls more than `epochFallMin` below the highest. Otherwise a lower seq is a
 * duplicate (same payload), a conflict (other payload) or late (never seen).
 */
import type { DeviceState } from '../domain/device.ts'
import type { Reading } from '../domain/reading.ts'
import { startHash } from '../lib/hash.ts'

/** A sequence that falls further than this has begun anew: more than any radio or broker reorders. */
export const epochFallMin = 1_024

export type Placement =
  | { readonly kind: 'next' }
  | { readonly kind: 'late' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'new-epoch'; readonly epoch: number }
  | { readonly kind: 'old-epoch'; readonly epoch: number }

/**
 * Payload as it is compared between two frames with one identity: what was measured and when, not how the radio heard it
 * (a network repeats one uplink with other gateways), and not how it was spelled (JSON or CSV).
 */
export function payloadHash({ time, bay, kind, measures: m }: Reading): number {
  const hash = startHash()
  hash.number(time)
  hash.number(m.occupied === undefined ? undefined : m.occupied === null ? 2 : Number(m.occupied))
  hash.number(m.distanceMm)
  hash.number(m.countIn)
  hash.number(m.countOut)
  hash.number(m.batteryV)
  hash.number(m.batteryPct)
  hash.number(m.batteryLow === undefined ? undefined : Number(m.batteryLow))
  hash.number(m.temperatureC)
  hash.text(bay)
  hash.text(kind)
  return hash.end()
}

/** True when `place` will want to know what is stored under this number. */
export const mayBeStored = (device: DeviceState, reading: Reading): boolean =>
  reading.seq !== undefined &&
  ((reading.epoch ?? device.epoch) < device.epoch ||
    ((reading.epoch ?? device.epoch) === device.epoch &&
      device.maxSeq !== null &&
      device.minSeq !== null &&
      reading.seq <= device.maxSeq &&
      reading.seq >= device.minSeq))

const next: Placement = { kind: 'next' }

/**
 * Where a numbered reading goes. `stored` is the payload hash stored under its number in the epoch it names (or the current one),
 * undefined when there is none. `time` is the reading's effective time.
 */
export function place(
  device: DeviceState,
  reading: Reading & { seq: number },
  stored: number | undefined,
  hash: number,
  time: number,
): Placement {
  const { seq } = reading
  if (reading.epoch !== undefined && reading.epoch !== device.epoch) {
    if (reading.epoch > device.epoch) return { kind: 'new-epoch', epoch: reading.epoch }
    if (stored === undefined) return { kind: 'old-epoch', epoch: reading.epoch }
    return { kind: stored === hash ? 'duplicate' : 'conflict' }
  }
  if (device.maxSeq === null || seq > device.maxSeq) return next
  const explicit = reading.epoch !== undefined
  const fell = device.maxSeq - seq > epochFallMin
  if (stored === hash && (explicit || !fell || reading.time !== undefined)) return { kind: 'duplicate' }
  if (!explicit) {
    const later = reading.time === undefined ? stored !== undefined : time > device.lastTime
    if (reading.kind === 'restart' || fell || (seq <= 1 && later)) return { kind: 'new-epoch', epoch: device.epoch + 1 }
  }
  return { kind: stored === undefined ? 'late' : 'conflict' }
}
