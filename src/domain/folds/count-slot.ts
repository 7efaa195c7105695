/** A count zone as its fold holds it: vehicles that pass, what sets the count, and its limits. */
import type { CountChange, CountState } from '@baykeeper/contract/vocabulary.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { addSaturating } from '../../lib/sum.ts'
import {
  type Band,
  type BayTally,
  bandOf,
  countStateOf,
  learnt,
  mismatchOf,
  noBays,
  uncovered,
  withOffset,
} from '../count-band.ts'
import type { CountZone } from '../counting.ts'
import type { DailyTime } from '../daily-time.ts'
import { quarterMs } from '../occupancy-span.ts'
import type { CountChangeRow, CountZoneRow } from './count-rows.ts'
import type { CountStep, Weight } from './fold.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }

export interface CountSlot {
  readonly row: Writable<CountZoneRow>
  /** Undefined while the layout does not have it. */
  zone: CountZone | undefined
  /** In `Watching.counting.zones`; -1: the layout does not have it. */
  index: number
  bays: BayTally
  weight: Weight
  /** When it is reset, and when that falls due next; infinity: it is not. */
  daily: DailyTime | undefined
  resetDueAt: number
  isDirty: boolean
}

export const noWeight: Weight = { occupied: 0, known: 0, capacity: 0 }

/** Repetitions of a request come soon; the store finds older ones. */
const recountsRemembered = 16

type Name = Pick<CountZone, 'site' | 'level' | 'zone'>

const emptyRow = ({ site, level, zone }: Name): CountZoneRow => ({
  ...{
    site,
    level,
    zone,
    state: 'unknown',
    since: null,
    capacity: 0,
    offset: 0,
    vehicles: null,
    low: null,
    high: null,
  },
  ...{ setAt: null, setTo: null, entries: 0, exits: 0, cutEmpty: 0, cutFull: 0, slackLow: 0, slackHigh: 0 },
  ...{ driftErrors: 0, driftTraffic: 0, lostMs: 0, awaited: [], newDevices: [], uncounted: null, counted: null },
  ...{ mismatch: 0, mismatchSince: null, recounts: [], rev: 0 },
})

export const newCountSlot = (name: Name, stored?: CountZoneRow): CountSlot => ({
  ...{ row: { ...(stored ?? emptyRow(name)) }, zone: undefined, index: -1, bays: noBays() },
  ...{ weight: noWeight, daily: undefined, resetDueAt: Number.POSITIVE_INFINITY, isDirty: false },
})

/** What sets a count: a recount with its person, or the reset of the layout. */
export interface CountSetting {
  readonly change: Extract<CountChange, 'recount' | 'reset'>
  readonly id: string
  readonly vehicles: number
  readonly at: Instant
  readonly author: string | null
  readonly reason: string
}

const sinceSet = { entries: 0, exits: 0, cutEmpty: 0, cutFull: 0, slackLow: 0, slackHigh: 0, lostMs: 0 }
const trafficOf = ({ entries, exits }: CountZoneRow) => addSaturating(entries, exits)

const noSlack = { slackLow: 0, slackHigh: 0 }

/** Every gate has a device, and each of them counts. */
export const isCounted = ({ row, zone }: CountSlot): boolean =>
  zone !== undefined && !zone.hasUncountedGate && zone.devices.length > 0 && row.awaited.length === 0

/** By how many vehicles the count was off for no reason that is known: limits left aside, and beyond what restarts and swaps may have lost. */
function drifted(row: CountZoneRow, before: number, vehicles: number): number {
  const difference = vehicles - (before - row.cutEmpty + row.cutFull)
  const slack = difference > 0 ? row.slackHigh - row.cutFull : row.slackLow - row.cutEmpty
  return Math.max(0, Math.abs(difference) - slack)
}

/** A reset is an assumption: what the count excluded until now stays possible. */
function contradictedBy({ state, low, high }: CountZoneRow, vehicles: number) {
  if (low === null || high === null || state === 'unknown' || state === 'stale') return noSlack
  return { slackLow: Math.max(0, vehicles - high), slackHigh: Math.max(0, low - vehicles) }
}

/** Undefined for a zone that the layout does not have. */
export function setCount(slot: CountSlot, setting: CountSetting): CountChangeRow | undefined {
  const { row, zone } = slot
  const { change, id, at, author, reason } = setting
  const isRecount = change === 'recount'
  if (!zone) return undefined
  const vehicles = Math.min(setting.vehicles, zone.capacity)
  const [before, traffic] = [row.vehicles, trafficOf(row)]
  // What is missing because a gate was silent is no drift of those that count.
  if (isRecount && before !== null && isCounted(slot) && traffic > 0) {
    const drift = learnt(
      { errors: row.driftErrors, traffic: row.driftTraffic },
      drifted(row, before, vehicles),
      traffic,
    )
    Object.assign(row, { driftErrors: drift.errors, driftTraffic: drift.traffic })
  }
  const contradicted = isRecount ? noSlack : contradictedBy(row, vehicles)
  Object.assign(row, sinceSet, contradicted, { vehicles, setAt: at, setTo: vehicles, newDevices: [] })
  if (isRecount) row.recounts = [...row.recounts, id].slice(-recountsRemembered)
  const { site, level, zone: name } = row
  return { site, level, zone: name, time: at, change, id, vehicles, before, traffic, cut: 0, author, reason }
}

export interface Passed {
  readonly ins: number
  readonly outs: number
  readonly step: CountStep
  readonly time: Instant
  /** Normal id of the device. */
  readonly device: string
  /** Its gate is counted from now on. */
  readonly isBack: boolean
}

/** Vehicles have passed a gate. Returns what the limits of the zone have cut off. */
export function passCount(slot: CountSlot, passed: Passed): CountChangeRow | undefined {
  const { row } = slot
  const { ins, outs, step, time, device, isBack } = passed
  const isNew = row.newDevices.includes(device)
  const lostFrom = isNew && isBack ? row.uncounted : lostSince(row, step, isNew)
  if (isBack) countAgain(slot, device)
  row.counted = instant(Math.max(row.counted ?? time, time))
  if (row.vehicles === null || row.setAt === null) return undefined
  if (lostFrom !== null && time >= row.setAt) widenByLost(slot, lostFrom, time)
  // Counted before it was set, and reported later: the recount has seen them, unless the clock of the gate is slow. Or counted before the device
  // was at this gate, as far as is known.
  if (time < row.setAt || isNew) {
    widen(row, outs, ins)
    return undefined
  }
  row.entries = addSaturating(row.entries, ins)
  row.exits = addSaturating(row.exits, outs)
  // Some of them may have passed before it was set.
  if (step.from < row.setAt) widen(row, ins, outs)
  return limit(slot, row.vehicles + ins - outs, time)
}

function widen(row: Writable<CountZoneRow>, low: number, high: number) {
  row.slackLow = addSaturating(row.slackLow, low)
  row.slackHigh = addSaturating(row.slackHigh, high)
}

/** A counter that began again, or for the first time, has not counted what passed before. Null: it went on. */
function lostSince(row: CountZoneRow, step: CountStep, isNew: boolean): Instant | null {
  if (isNew) return null
  if (step.isFirst) return row.setAt
  return step.resets > 0 ? step.from : null
}

/**
 * As many vehicles as usual have passed a gate that did not count: those that were counted in the rest of the time since it was set, and one more,
 * so that a short time without any shows little. Where no time was observed it may be any number.
 */
function widenByLost({ row, zone }: CountSlot, from: Instant, time: Instant) {
  const setAt = row.setAt ?? time
  const lostMs = Math.max(0, time - Math.max(from, setAt))
  row.lostMs = addSaturating(row.lostMs, lostMs)
  const observedMs = time - setAt - row.lostMs
  const usual = observedMs > 0 ? Math.ceil(((trafficOf(row) + 1) * lostMs) / observedMs) : Number.POSITIVE_INFINITY
  const lost = Math.max(1, Math.min(usual, zone?.capacity ?? row.capacity))
  widen(row, lost, lost)
}

/** Its gate is not counted until its next counter is accepted. `since`: of its newest message, or of the device before it. */
export function awaitCounter({ row }: CountSlot, device: string, since: Instant): boolean {
  if (row.awaited.includes(device)) return false
  row.awaited = [...row.awaited, device]
  row.uncounted = instant(Math.min(row.uncounted ?? since, since))
  return true
}

function countAgain({ row, zone }: CountSlot, device: string) {
  row.awaited = row.awaited.filter((id) => id !== device)
  row.newDevices = row.newDevices.filter((id) => id !== device)
  if (row.awaited.length === 0 && !zone?.hasUncountedGate) row.uncounted = null
}

/** What is known of the devices of a layout. */
export interface GateDevices {
  isHeard(id: string): boolean
  /** It has counted before, wherever that was. */
  hasCounted(id: string): boolean
  /** Undefined: never. */
  lastHeard(id: string): Instant | undefined
}

/**
 * Another layout has other devices at its gates. What the gates of a removed one let pass since it was heard is lost, until a new one counts there.
 * True when the row is another.
 */
export function changeDevices(
  slot: CountSlot,
  before: CountZone | undefined,
  at: Instant,
  gates: GateDevices,
): boolean {
  const { row, zone } = slot
  if (!zone) return false
  const [was, old] = [JSON.stringify([row.awaited, row.uncounted, row.slackLow]), before?.devices ?? []]
  const removed = old.filter((id) => !zone.devices.includes(id))
  const added = row.vehicles === null ? [] : zone.devices.filter((id) => !old.includes(id))
  const lostAt = before?.hasUncountedGate || removed.some((id) => row.awaited.includes(id)) ? row.uncounted : null
  const start = row.setAt ?? at
  row.awaited = row.awaited.filter((id) => !removed.includes(id))
  row.newDevices = row.newDevices.filter((id) => !removed.includes(id))
  const since = Math.min(lostAt ?? at, ...removed.map((id) => gates.lastHeard(id) ?? start))
  for (const id of added) {
    awaitCounter(slot, id, instant(removed.length > 0 || lostAt !== null ? since : start))
    row.newDevices = [...row.newDevices, id]
  }
  for (const id of zone.devices)
    if (!gates.isHeard(id) || !(old.includes(id) || gates.hasCounted(id)))
      awaitCounter(slot, id, gates.lastHeard(id) ?? start)
  if (zone.hasUncountedGate) row.uncounted = instant(Math.min(row.uncounted ?? since, since))
  else if (row.vehicles !== null && lostAt !== null && added.length === 0) widenByLost(slot, lostAt, at)
  if (row.awaited.length === 0 && !zone.hasUncountedGate) row.uncounted = null
  return was !== JSON.stringify([row.awaited, row.uncounted, row.slackLow])
}

/**
 * The count stays within its limits. What is cut off was counted wrongly before, or the gates report in another order than vehicles pass: then
 * the count is off by it the other way, so the band has to hold that too.
 */
export function limit({ row, zone }: CountSlot, vehicles: number, time: Instant): CountChangeRow | undefined {
  const most = zone?.capacity ?? row.capacity
  const before = row.vehicles
  row.vehicles = Math.min(most, Math.max(0, vehicles))
  const cut = Math.abs(vehicles - row.vehicles)
  if (cut === 0) return undefined
  const isEmpty = vehicles < 0
  if (isEmpty) row.cutEmpty = addSaturating(row.cutEmpty, cut)
  else row.cutFull = addSaturating(row.cutFull, cut)
  widen(row, isEmpty ? cut : 0, isEmpty ? 0 : cut)
  const { site, level, zone: name } = row
  // Behind what set the count, so that the trail is in order.
  const from = Math.max(Math.floor(time / quarterMs) * quarterMs, row.setAt ?? 0)
  return {
    ...{ site, level, zone: name, time: instant(from), id: '' },
    ...{ change: isEmpty ? 'empty' : 'full', vehicles: row.vehicles, before, traffic: trafficOf(row), cut },
    ...{ author: null, reason: '' },
  }
}

/** Judges it again. True when its row is another. */
export function judgeCount(slot: CountSlot, time: Instant): boolean {
  const { row, zone } = slot
  const judged = zone ? judgement(slot, zone) : forgotten
  slot.weight = judged.weight
  const { state, band, mismatch } = judged
  const next = { state, mismatch, low: band?.low ?? null, high: band?.high ?? null }
  let isOther = row.low !== next.low || row.high !== next.high || row.mismatch !== mismatch
  if (row.state !== state) {
    isOther = true
    row.since = instant(Math.max(time, row.since ?? time))
  }
  if ((mismatch === 0) !== (row.mismatchSince === null)) {
    isOther = true
    row.mismatchSince = mismatch === 0 ? null : time
  }
  Object.assign(row, next)
  return isOther
}

interface Judgement {
  readonly state: CountState
  readonly band: Band | undefined
  readonly mismatch: number
  readonly weight: Weight
}
const forgotten: Judgement = { state: 'unknown', band: undefined, mismatch: 0, weight: noWeight }

function judgement(slot: CountSlot, { capacity, offset }: CountZone): Judgement {
  const { row, bays } = slot
  const isHeard = isCounted(slot)
  const { vehicles, slackLow, slackHigh } = row
  if (vehicles === null) return { ...forgotten, weight: uncovered(undefined, bays, capacity) }
  const drift = { errors: row.driftErrors, traffic: row.driftTraffic }
  const band = bandOf({ vehicles, traffic: trafficOf(row), drift, slackLow, slackHigh }, capacity)
  const taken = withOffset(band, offset, capacity)
  const mismatch = mismatchOf(isHeard ? taken : undefined, bays, capacity)
  const state = countStateOf({ isHeard, mismatch }, taken, capacity)
  return {
    ...{ state, band, mismatch },
    weight: uncovered(state === 'known' ? taken : undefined, bays, capacity),
  }
}

export function forgetCount(slot: CountSlot) {
  Object.assign(slot.row, sinceSet, {
    vehicles: null,
    setAt: null,
    setTo: null,
    awaited: [],
    newDevices: [],
    uncounted: null,
  })
  Object.assign(slot, { zone: undefined, index: -1, daily: undefined, resetDueAt: Number.POSITIVE_INFINITY })
}
