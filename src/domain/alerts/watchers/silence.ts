/** Devices that are silent for too long. Of a device one moment is awaited, however often it sends. */
import { minuteMs } from '../../../lib/utc-day.ts'
import type { DeviceRecord } from '../../fold.ts'
import type { Watcher, WatcherContext } from '../declaration.ts'
import type { AlertRule } from '../rule.ts'
import { deviceKey } from '../world.ts'

export type LimitMs = (rule: AlertRule, device: DeviceRecord) => number

/** Only devices of a bay or a gate are expected to send. */
export function silence(rules: readonly AlertRule[], context: WatcherContext, limitMs: LimitMs): Watcher {
  const { world } = context
  /** By the number of the device: when it is looked at again. */
  const awaited: (number | undefined)[] = []
  const silent = createSilent(context, limitMs)

  /** What the server could not hear is no silence of the device. */
  const heardFrom = ({ lastArrived }: DeviceRecord) => Math.max(lastArrived, context.resumedAt())

  /** `now`: the clock has come so far. Limits that were passed are put where `puts`. */
  function follow(device: DeviceRecord, now: number, puts: boolean) {
    let next = Number.POSITIVE_INFINITY
    if (device.lastArrived === 0) return
    for (const rule of rules) {
      const at = heardFrom(device) + limitMs(rule, device)
      if (at > now) next = Math.min(next, at)
      else if (puts && world.isPlaced(device)) silent.put(rule, device, true, at)
    }
    expect(device, next)
  }

  function expect(device: DeviceRecord, at: number) {
    if (at === Number.POSITIVE_INFINITY || at >= (awaited[device.id] ?? Number.POSITIVE_INFINITY)) return
    awaited[device.id] = at
    context.wake(at, device.external, (time) => {
      if (awaited[device.id] !== at) return
      awaited[device.id] = undefined
      follow(device, time, true)
    })
  }

  function hear(device: DeviceRecord, arrived: number) {
    if (arrived > device.lastArrived - 1) silent.end(device, arrived)
    // Of several rules a later limit may be awaited, and now an earlier one comes first again.
    if (awaited[device.id] === undefined || rules.length > 1) expect(device, arrived + leastMs(device))
  }
  const leastMs = (device: DeviceRecord) =>
    rules.reduce((least, rule) => Math.min(least, limitMs(rule, device)), Number.POSITIVE_INFINITY)

  function load() {
    silent.load(rules)
    for (const device of world.devices()) follow(device, context.now(), false)
  }

  return {
    follows: { liveness: ({ device, arrived }) => hear(device, arrived) },
    load,
    look(at) {
      for (const device of world.devices()) {
        silent.look(device, at)
        follow(device, at, true)
      }
    },
  }
}

/** Devices that are silent, with the rules whose limit has passed. */
function createSilent(context: WatcherContext, limitMs: LimitMs) {
  const { world } = context
  const silent = new Map<number, Set<AlertRule>>()
  const hold = ({ id }: DeviceRecord, rule: AlertRule) => silent.getOrInsertComputed(id, () => new Set()).add(rule)

  function put(rule: AlertRule, device: DeviceRecord, isOn: boolean, at: number) {
    const key = deviceKey(device)
    const minutes = Math.round((10 * limitMs(rule, device)) / minuteMs) / 10
    const last = new Date(device.lastArrived).toISOString()
    const text = () => `No message of ${device.external} for more than ${minutes} min; the last one came at ${last}.`
    const finding = { isOn, at, value: isOn ? minutes : null, limit: minutes, text }
    context.put(rule, key, finding, () => world.subjectOfDevice(device))
    if (isOn && context.isOn(rule, key)) hold(device, rule)
  }

  return {
    put,
    load(rules: readonly AlertRule[]) {
      for (const rule of rules)
        for (const { id } of context.subjectsOn(rule)) {
          const device = world.deviceNamed(id)
          if (device) hold(device, rule)
        }
    },
    /** A message has come. */
    end(device: DeviceRecord, at: number) {
      const held = silent.get(device.id)
      if (!held) return
      silent.delete(device.id)
      for (const rule of held) put(rule, device, false, at)
    },
    /** A limit or the place of the device may be another. */
    look(device: DeviceRecord, at: number) {
      const held = silent.get(device.id)
      for (const rule of held ?? [])
        if (!world.isPlaced(device) || device.lastArrived + limitMs(rule, device) > at) {
          held?.delete(rule)
          put(rule, device, false, at)
        }
      if (held?.size === 0) silent.delete(device.id)
    },
  }
}

export const silentMinutes = (rules: readonly AlertRule[], context: WatcherContext): Watcher =>
  silence(rules, context, ({ threshold }) => Math.round((threshold ?? 0) * minuteMs))
