/**
 * How parking goes, folded from readings in order: stays that end, occupancy of places, entries and exits of count zones, extremes of
 * device health. Lives as long as the fleet and is dropped and loaded with it; `take` hands over what a batch has changed.
 *
 * A sensor that has been silent for longer than its promise says nothing of its bay from then on, as on the live pages. The clock of that
 * is the arrival of other frames, in steps of a minute: a replay of the journal makes the same rows.
 */
import type { DeviceRecord } from '../domain/fold.ts'
import { beginSpan, changeSpan, minuteMs, type OccupancySpan, quarterMs, spansMs } from '../domain/occupancy-span.ts'
import type { Reading } from '../domain/reading.ts'
import type { Watching } from '../domain/watching.ts'
import { type Instant, instant } from '../lib/brand.ts'
import { addSaturating } from '../lib/sum.ts'
import { dayNumber } from '../lib/utc-day.ts'
import {
  type CountDelta,
  createSessionBook,
  type HealthRow,
  type HistoryBatch,
  type OccupancyRow,
} from '../store/store.ts'
import type { CountersStep } from './counters.ts'
import type { Fleet } from './fleet.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** What a device's state said before a reading was applied to it. */
export interface Before {
  readonly occupied: boolean | null | undefined
  readonly since: Instant | null
  readonly claimedBay: string | null
}

export interface HistoryFold {
  /**
   * A frame of the device has arrived, before its outcome is known; its state is as it was before. `time`: of the reading. `isSetBack`: the clock of
   * the server was set back meanwhile.
   */
  heard(state: DeviceRecord, arrived: Instant, time: Instant, isSetBack?: boolean): void
  /** The presence of `state` became uncertain, or is certain again: no stay ends by that. */
  doubted(state: DeviceRecord, time: Instant): void
  /** The counters of a gate went on. */
  counted(state: DeviceRecord, step: CountersStep, time: Instant): void
  /** The bay that the device watches. */
  bayOf(state: DeviceRecord): string | null
  /** A reading in order has just been applied to `state`. */
  applied(state: DeviceRecord, before: Before, reading: Reading, time: Instant): void
  /** The layout is another from now on: the devices are what they are, the places change. */
  relayout(watching: Watching, fleet: Fleet): void
  take(): HistoryBatch
}

interface PlaceFold {
  occupied: number
  known: number
  readonly capacity: number
  readonly name: Pick<OccupancyRow, 'site' | 'level' | 'zone'>
  readonly spans: (OccupancySpan | undefined)[]
}

type Presence = boolean | null | undefined

const promiseMsUsual = 24 * 60 * minuteMs

/** `promiseMs`: a device silent for longer is silent, whole milliseconds. */
export function createHistoryFold(
  first: Watching,
  fleet: Fleet,
  newest: readonly OccupancyRow[],
  promiseMs = promiseMsUsual,
): HistoryFold {
  let watching = first
  let places: PlaceFold[] = []
  /** What each device that watches a bay says of it. The one with the lowest number speaks for the bay. */
  let watchers = new Map<string, Map<number, Presence>>()
  const watched = new Map<number, DeviceRecord>()
  /** Devices that watch a bay and are silent, and since when that counts. */
  const silent = new Map<number, number>()
  /** Silence was looked for up to a minute before this; nobody falls silent before `firstSilence`. */
  let lookAt = 0
  let firstSilence = Number.POSITIVE_INFINITY
  const sessions = createSessionBook()
  const changedSpans = new Map<string, OccupancyRow>()
  let counts = new Map<string, Writable<CountDelta>>()
  const health = new Map<number, Writable<HealthRow>>()
  const changedHealth = new Set<number>()
  const bayOf = ({ external }: DeviceRecord, claimedBay: string | null) => watching.bayOf({ external, claimedBay })
  /** A bay that the layout does not know is kept as claimed; one that is assigned to another device is not. */
  const stayBayOf = ({ external }: DeviceRecord, claimedBay: string | null) =>
    watching.bayOf({ external, claimedBay }) ??
    (watching.conflictOf({ external, claimedBay }) === undefined ? claimedBay : null)
  const placesOf = (bay: string) => watching.placesOf(bay).map((index) => places[index] as PlaceFold)

  /** The newest row of every place there ever was: one that a layout took away goes on from it when another brings it back. */
  const standing = new Map(newest.map((row) => [spanKey(row, row.spanMs), row]))
  lay(fleet, standing)

  function lay(devices: Fleet, stored: ReadonlyMap<string, OccupancyRow>) {
    places = watching.places.map(({ capacity, ...name }) => ({
      ...{ occupied: 0, known: 0, capacity, name },
      spans: spansMs.map((spanMs) => spanOf(stored.get(spanKey(name, spanMs)))),
    }))
    watchers = new Map()
    watched.clear()
    silent.clear()
    const states = [...devices.all()].map(({ state }) => state)
    const lookedTo = minuteOf(states.reduce((newest, { lastArrived }) => Math.max(newest, lastArrived), 0))
    lookAt = lookedTo + minuteMs
    firstSilence = Number.POSITIVE_INFINITY
    for (const state of states) {
      const bay = bayOf(state, state.claimedBay)
      if (bay === undefined) continue
      watched.set(state.id, state)
      const at = state.lastArrived + promiseMs
      if (at <= lookedTo) silent.set(state.id, at)
      else firstSilence = Math.min(firstSilence, at)
      watchers.getOrInsertComputed(bay, () => new Map()).set(state.id, at <= lookedTo ? undefined : state.occupied)
    }
    for (const bay of watchers.keys()) {
      const { occupied, known } = weightOf(presenceIn(bay))
      for (const place of placesOf(bay)) {
        place.occupied += occupied
        place.known += known
      }
    }
    // A place that stands otherwise than its newest row says: the layout was changed. When is asked of the devices alone, as after a restart.
    const changedAt = states.reduce((newest, { lastTime, since }) => Math.max(newest, lastTime, since ?? 0), 0)
    for (const place of places)
      for (const span of place.spans)
        if (
          span &&
          (span.occupied !== place.occupied || span.known !== place.known || span.capacity !== place.capacity)
        )
          changePlace(place, instant(changedAt), { occupied: 0, known: 0 })
  }

  function presenceIn(bay: string): Presence {
    let speaker = Number.POSITIVE_INFINITY
    let said: Presence
    for (const [id, presence] of watchers.get(bay) ?? [])
      if (id < speaker && presence !== undefined) {
        speaker = id
        said = presence
      }
    return said
  }

  /** Who has fallen silent by now, in order of when. */
  function lookForSilence(arrived: number) {
    const lookedTo = minuteOf(arrived)
    lookAt = lookedTo + minuteMs
    if (lookedTo < firstSilence) return
    firstSilence = Number.POSITIVE_INFINITY
    const fallen: { readonly state: DeviceRecord; readonly at: number }[] = []
    for (const state of watched.values()) {
      if (silent.has(state.id)) continue
      const at = state.lastArrived + promiseMs
      if (at <= lookedTo) fallen.push({ state, at })
      else firstSilence = Math.min(firstSilence, at)
    }
    for (const { state, at } of fallen.sort((a, b) => a.at - b.at || a.state.id - b.state.id)) fall(state, at)
  }

  function fall(state: DeviceRecord, at: number) {
    silent.set(state.id, at)
    const bay = bayOf(state, state.claimedBay)
    if (bay !== undefined) watch(bay, state, undefined, instant(at))
  }

  /** What the device says of the bay from now on; nothing when it watches it no more. */
  function watch(bay: string, state: DeviceRecord, says: Presence | 'nothing', time: Instant) {
    const { id } = state
    if (says === 'nothing') watched.delete(id)
    else if (!watched.has(id)) {
      watched.set(id, state)
      firstSilence = Math.min(firstSilence, state.lastArrived + promiseMs)
    }
    const leaves = weightOf(presenceIn(bay))
    const saying = watchers.getOrInsertComputed(bay, () => new Map())
    if (says === 'nothing') saying.delete(id)
    else saying.set(id, says)
    const comes = weightOf(presenceIn(bay))
    const by = { occupied: comes.occupied - leaves.occupied, known: comes.known - leaves.known }
    if (by.occupied !== 0 || by.known !== 0) for (const place of placesOf(bay)) changePlace(place, time, by)
  }

  function changePlace(place: PlaceFold, time: Instant, by: { occupied: number; known: number }) {
    const before = { occupied: place.occupied, known: place.known, capacity: place.capacity }
    place.occupied += by.occupied
    place.known += by.known
    for (const [i, spanMs] of spansMs.entries()) {
      const current = place.spans[i] ?? beginSpan(time, spanMs, before)
      const differs = { occupied: place.occupied - current.occupied, known: place.known - current.known }
      const span = changeSpan(current, time, differs)
      span.capacity = place.capacity
      place.spans[i] = span
      changedSpans.set(`${spanKey(place.name, spanMs)} ${span.start}`, rowOf(place, span))
    }
  }

  function presence(state: DeviceRecord, before: Before, time: Instant) {
    if (before.occupied === true && state.occupied !== true && before.since !== null) {
      const departure = instant(Math.max(time, before.since))
      sessions.add({
        ...{ device: state.id, arrival: before.since, departure, dwellMs: departure - before.since },
        bay: stayBayOf(state, before.claimedBay),
        certain: state.occupied === false && departure > before.since,
      })
    }
    if (places.length === 0) return
    const bay = bayOf(state, state.claimedBay)
    const left = bayOf(state, before.claimedBay)
    if (left !== undefined && left !== bay) watch(left, state, 'nothing', time)
    if (bay !== undefined) watch(bay, state, silent.has(state.id) ? undefined : state.occupied, time)
  }

  function widen({ id }: DeviceRecord, m: Reading['measures'], time: Instant) {
    const day = dayNumber(time)
    let row = health.get(id)
    if (row?.day !== day) {
      row = { ...noHealth, device: id, day }
      health.set(id, row)
    }
    let isWider = false
    if (m.batteryV !== undefined && !(row.minBatteryV !== null && row.minBatteryV <= m.batteryV)) {
      row.minBatteryV = m.batteryV
      isWider = true
    }
    if (m.batteryPct !== undefined && !(row.minBatteryPct !== null && row.minBatteryPct <= m.batteryPct)) {
      row.minBatteryPct = m.batteryPct
      isWider = true
    }
    if (m.rssiDbm !== undefined && !(row.minRssiDbm !== null && row.minRssiDbm <= m.rssiDbm)) {
      row.minRssiDbm = m.rssiDbm
      isWider = true
    }
    const t = m.temperatureC
    if (t !== undefined && !(row.minTemperatureC !== null && row.minTemperatureC <= t)) {
      row.minTemperatureC = t
      isWider = true
    }
    if (t !== undefined && !(row.maxTemperatureC !== null && row.maxTemperatureC >= t)) {
      row.maxTemperatureC = t
      isWider = true
    }
    if (isWider) changedHealth.add(id)
  }

  return {
    heard(state, arrived, time, isSetBack = false) {
      if (isSetBack) lookAt = 0
      if (arrived >= lookAt) lookForSilence(arrived)
      const silentFrom = state.lastArrived + promiseMs
      // Within the minute that nobody has looked at yet.
      if (arrived > silentFrom && watched.has(state.id) && !silent.has(state.id)) fall(state, silentFrom)
      const fell = silent.size === 0 ? undefined : silent.get(state.id)
      // One that came long ago and is decoded again is no word of today.
      if (fell === undefined || arrived + promiseMs <= lookAt - minuteMs) return
      silent.delete(state.id)
      firstSilence = Math.min(firstSilence, arrived + promiseMs)
      const bay = bayOf(state, state.claimedBay)
      if (bay !== undefined) watch(bay, state, state.occupied, instant(Math.max(time, fell)))
    },
    applied(state, before, reading, time) {
      const m = reading.measures
      if (state.occupied !== before.occupied || state.claimedBay !== before.claimedBay) presence(state, before, time)
      if (
        m.batteryV !== undefined ||
        m.rssiDbm !== undefined ||
        m.temperatureC !== undefined ||
        m.batteryPct !== undefined
      )
        widen(state, m, time)
    },
    doubted(state, time) {
      const bay = bayOf(state, state.claimedBay)
      if (bay !== undefined && places.length > 0)
        watch(bay, state, silent.has(state.id) ? undefined : state.occupied, time)
    },
    counted({ id }, { entries, exits, resets }, time) {
      const start = instant(Math.floor(time / quarterMs) * quarterMs)
      const none = { device: id, start, entries: 0, exits: 0, resets: 0 }
      const row = counts.getOrInsertComputed(`${id} ${start}`, () => none)
      row.entries = addSaturating(row.entries, entries)
      row.exits = addSaturating(row.exits, exits)
      row.resets += resets
    },
    bayOf: (state) => bayOf(state, state.claimedBay) ?? state.claimedBay,
    relayout(next, devices) {
      for (const place of places)
        for (const span of place.spans) if (span) standing.set(spanKey(place.name, span.spanMs), rowOf(place, span))
      watching = next
      lay(devices, standing)
    },
    take() {
      const batch: HistoryBatch = {
        sessions: sessions.take(),
        occupancy: [...changedSpans.values()],
        counts: [...counts.values()],
        health: [...changedHealth].map((id) => ({ ...(health.get(id) as HealthRow) })),
      }
      changedSpans.clear()
      counts = new Map()
      changedHealth.clear()
      return batch
    },
  }
}

const minuteOf = (ms: number) => Math.floor(ms / minuteMs) * minuteMs

const noHealth = {
  ...{ minBatteryV: null, minBatteryPct: null, minTemperatureC: null, maxTemperatureC: null, minRssiDbm: null },
}

const weightOf = (occupied: Presence) => ({
  occupied: occupied === true ? 1 : 0,
  known: typeof occupied === 'boolean' ? 1 : 0,
})

const spanKey = ({ site, level, zone }: Pick<OccupancyRow, 'site' | 'level' | 'zone'>, spanMs: number) =>
  JSON.stringify([site, level, zone, spanMs])

function rowOf({ name }: PlaceFold, span: OccupancySpan): OccupancyRow {
  const { start, spanMs, capacity, occupiedMs, knownMs, fullMs, minOccupied, maxOccupied, occupied, known } = span
  return {
    ...{ ...name, spanMs, start: instant(start), capacity, occupiedMs, knownMs, fullMs, minOccupied, maxOccupied },
    ...{ occupiedEnd: occupied, knownEnd: known },
  }
}

function spanOf(row: OccupancyRow | undefined): OccupancySpan | undefined {
  if (!row) return undefined
  const { start, spanMs, capacity, occupiedMs, knownMs, fullMs, minOccupied, maxOccupied, occupiedEnd, knownEnd } = row
  const standing = { occupied: occupiedEnd, known: knownEnd }
  return { start, spanMs, capacity, occupiedMs, knownMs, fullMs, minOccupied, maxOccupied, ...standing }
}
