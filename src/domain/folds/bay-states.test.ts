/** Each rule of the state of a bay as a case in data (cases/bay-states.json, cases/gateways.json); times are seconds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BayCause, type BayState, bayFlagBits, bayFlags } from '@baykeeper/contract/vocabulary.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import type { BayOverride } from '../desk-change.ts'
import { applyLive, type DeviceRecord, newDevice } from '../fold.ts'
import { type DeviceFacts, plainBay } from '../layout.ts'
import type { DeviceId, FramePath, Reading } from '../reading.ts'
import { watchingOf } from '../watching.ts'
import type { BayChangeRow, BayStateRow, StoredBays } from './bay-rows.ts'
import { type BayStates, bayStates } from './bay-states.ts'
import cases from './cases/bay-states.json' with { type: 'json' }
import gatewayCases from './cases/gateways.json' with { type: 'json' }
import type { BayEvent } from './fold.ts'
import type { DevicePathRow, GatewayRow } from './gateway-rows.ts'
import type { OverrideRow } from './overrides-in-force.ts'

interface Expected {
  readonly state?: BayState
  readonly cause?: BayCause
  readonly flags?: readonly string[]
  readonly since?: number
}
interface Places {
  readonly bays: Readonly<Record<string, readonly string[]>>
  readonly closed?: readonly string[]
  readonly devices?: readonly DeviceFacts[]
}
interface Step {
  readonly at: number
  readonly reports?: Readonly<Record<string, boolean | null>>
  readonly measured?: number
  readonly low?: boolean
  readonly claims?: string
  /** Devices that are met without a sign of life. */
  readonly met?: readonly string[]
  readonly heard?: string | readonly string[]
  /** The way of its frames. */
  readonly by?: FramePath
  readonly beat?: boolean
  readonly setBack?: boolean
  readonly override?: { id: string; bays: string[]; state: BayOverride['state']; until?: number }
  readonly end?: string
  readonly layout?: Places
  /** Gateways that are stored, and since when each is offline. */
  readonly gateways?: Readonly<Record<string, number | null>>
  readonly expect?: Readonly<Record<string, Expected>>
}
interface Case extends Places {
  readonly about: string
  readonly steps: readonly Step[]
  readonly changes?: readonly (readonly [bay: string, at: number, state: string])[]
}

/** As processing has it: a frame that arrived this much earlier came by a clock that was set back. */
const clockSetMs = 120_000
const begin = Date.parse('2026-11-23T08:00:00Z')
const at = (seconds: number): Instant => instant(begin + 1_000 * seconds)
const secondsOf = (time: Instant | null | undefined) => (time == null ? undefined : (time - begin) / 1_000)

const watching = ({ bays, closed = [], devices = [] }: Places) =>
  watchingOf({
    devices,
    sites: [
      {
        ...{ id: 'S', name: 'S', zone: 'UTC' },
        levels: [
          {
            ...{ id: 'L', name: 'L', x: 0, y: 0, w: 9, h: 9, zones: [] },
            bays: Object.entries(bays).map(([id, of]) =>
              plainBay(id, { x: 0, y: 0 }, { devices: of, ...(closed.includes(id) ? { closed: true } : {}) }),
            ),
          },
        ],
      },
    ],
  })

/** A fold with what it has stored, started again from that after each step when `restarts`. */
function world(places: Places, restarts: boolean) {
  const devices = new Map<string, DeviceRecord>()
  const states = new Map<string, BayStateRow>()
  const changes = new Map<string, BayChangeRow>()
  const overrides = new Map<string, OverrideRow>()
  const gateways = new Map<string, GatewayRow>()
  const paths = new Map<number, DevicePathRow>()
  const events: BayEvent[] = []
  let clock: Instant | undefined
  let laid = watching(places)
  const load = (): BayStates => {
    for (const [name, device] of devices) devices.set(name, { ...device })
    const stored: StoredBays = {
      states: [...states.values()],
      overrides: [...overrides.values()].filter(({ endedAt }) => endedAt === null),
      endedOverrides: [...overrides.values()].flatMap(({ id, endedAt }) => (endedAt === null ? [] : [id])),
      gateways: { gateways: [...gateways.values()], paths: [...paths.values()] },
      newestOverride: [...overrides.values()].reduce((highest, row) => Math.max(highest, row.pos), 0),
      clock,
    }
    const start = { watching: laid, devices: [...devices.values()], promiseMs: 86_400_000, stored }
    return bayStates(start, (event) => {
      if (event.is === 'bay') events.push(event)
    })
  }
  let fold = load()
  let pos = 0

  function meet(name: string, arrived: Instant): DeviceRecord {
    return devices.getOrInsertComputed(name, () => newDevice(devices.size + 1, 'test', name as DeviceId, arrived))
  }

  function hear(name: string, arrived: Instant, time: Instant, path: FramePath = '') {
    const device = meet(name, arrived)
    fold.tick?.(arrived)
    fold.apply({ is: 'liveness', device, arrived, time, path })
    if (arrived > device.lastArrived || arrived < device.lastArrived - clockSetMs) device.lastArrived = arrived
    return device
  }

  function say(name: string, occupied: boolean | null, { at: seconds, measured = seconds, low, claims, by }: Step) {
    const time = at(measured)
    const device = hear(name, at(seconds), time, by)
    const { occupied: was, since, claimedBay } = device
    const more = { ...(low === undefined ? {} : { batteryLow: low }) }
    const bay = claims === undefined ? {} : { bay: claims as NonNullable<Reading['bay']> }
    const reading: Reading = { device: name as DeviceId, ...bay, measures: { occupied, ...more } }
    applyLive(device, reading, time)
    fold.apply({ is: 'applied', device, before: { occupied: was, since, claimedBay }, reading, time })
  }

  function desk(seconds: number, change: BayOverride | { is: 'override-end'; id: string }) {
    fold.tick?.(at(seconds))
    fold.apply({ is: 'desk', pos: ++pos, entry: { author: 'me', reason: 'why', at: at(seconds), change } })
  }

  return {
    events,
    states,
    offline: () =>
      Object.fromEntries([...gateways.values()].map((row) => [row.gateway, secondsOf(row.offlineSince) ?? null])),
    changes: () => [...changes.values()].sort((a, b) => a.time - b.time),
    step(step: Step) {
      if (step.setBack) fold.apply({ is: 'set-back' })
      if (step.beat) fold.tick?.(at(step.at))
      for (const name of step.met ?? []) meet(name, at(step.at))
      for (const name of [step.heard ?? []].flat()) hear(name, at(step.at), at(step.at), step.by)
      for (const [name, occupied] of Object.entries(step.reports ?? {})) say(name, occupied, step)
      if (step.override) {
        const { until, ...override } = step.override
        desk(step.at, { is: 'override', ...override, until: until === undefined ? null : at(until) })
      }
      if (step.end) desk(step.at, { is: 'override-end', id: step.end })
      if (step.layout) {
        laid = watching({ ...places, ...step.layout, closed: step.layout.closed ?? [] })
        fold.apply({ is: 'layout', watching: laid, devices: [...devices.values()], at: at(step.at) })
      }
      const taken = fold.take()
      for (const row of taken.states) states.set(row.bay, row)
      for (const row of taken.changes) changes.set(`${row.bay} ${row.time}`, row)
      for (const row of taken.overrides) overrides.set(row.id, row)
      for (const row of taken.gateways.gatewaysGone) gateways.delete(row.gateway)
      for (const row of taken.gateways.gateways) gateways.set(row.gateway, row)
      for (const row of taken.gateways.paths) paths.set(row.device, row)
      clock = taken.clock ?? clock
      if (restarts) fold = load()
    },
  }
}

const seen = (row: BayStateRow | undefined, wanted: Expected) => {
  const { state = 'unknown', cause = 'layout', flags = 0, since } = row ?? {}
  const all = {
    state,
    cause,
    flags: bayFlags.filter((flag) => (flags & bayFlagBits[flag]) !== 0),
    since: secondsOf(since),
  }
  return Object.fromEntries(Object.keys(wanted).map((name) => [name, all[name as keyof Expected]]))
}

for (const one of [...cases, ...gatewayCases] as unknown as readonly Case[])
  for (const restarts of [false, true])
    test(`${one.about}${restarts ? ', also when it is started again after each step' : ''}`, () => {
      const played = world(one, restarts)
      for (const [i, step] of one.steps.entries()) {
        played.step(step)
        if (step.gateways)
          assert.deepEqual(played.offline(), step.gateways, `gateways after step ${i}, at ${step.at} s`)
        for (const [bay, wanted] of Object.entries(step.expect ?? {}))
          assert.deepEqual(seen(played.states.get(bay), wanted), wanted, `${bay} after step ${i}, at ${step.at} s`)
      }
      if (one.changes)
        assert.deepEqual(
          played.changes().map(({ bay, time, state }) => [bay, secondsOf(time), state]),
          one.changes,
        )
      // Events tell the same story as the rows: each begins where the one before it ended.
      const last = new Map<string, BayEvent>()
      const atFirst = (bay: string) => (one.closed?.includes(bay) ? 'closed' : 'unknown')
      for (const event of played.events) {
        const before = last.get(event.bay)
        assert.equal(event.before, before?.after ?? atFirst(event.bay))
        assert.ok(event.time >= (before?.time ?? 0))
        last.set(event.bay, event)
      }
      for (const [bay, { state }] of played.states) assert.equal(last.get(bay)?.after ?? atFirst(bay), state)
    })
