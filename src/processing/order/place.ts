/**
 * Where a frame goes, from what its device remembers, the facts of the frame and what is stored. No store in it: lookups are handed in, and the
 * state is only read. Rules by their numbers: docs/specs/ordering.md.
 */
import type { DeviceState } from '../../domain/device.ts'
import { lossMax, placeByNumber, seqStepMax, wrapWidth } from './by-number.ts'
import { epochOfName, type Facts } from './facts.ts'
import { bootsMax, type OrderState, type Span } from './order-state.ts'
import type { Match } from './undecided.ts'

/** Within this, the number decides where device time goes back: clocks are corrected in small steps. */
export const clockStepMaxMs = 10_000
/** A late counter of a session is at most so much newer than the newest, by the network's own clocks. */
const sessionSlackMs = 60_000
/** Copies of one uplink, by several gateways, are stamped within this. */
export const sessionCopyMs = 10_000
/** So many lower counters that rise with later times are a counter that began again. */
const risingMax = 3
/** Frames of a device among which a marked redelivery is looked for. */
export const redeliveryMax = 16

export type Placement =
  /** The newest of its device: live state moves. */
  | { readonly kind: 'next' }
  /** The same boot after a wrap of its counter of this width. */
  | { readonly kind: 'wrap'; readonly width: number }
  /** First frame of a boot or session newer than all. */
  | { readonly kind: 'boot' }
  /** A session whose counter began again: unknown until a second frame agrees. */
  | { readonly kind: 'part' }
  /** First frame of a boot older than the current one. */
  /** `cuts`: it lies within the time of what was taken for one boot, and does not fit into it. */
  | { readonly kind: 'older-boot'; readonly epoch: number | undefined; readonly cuts?: boolean }
  /** `mayBeNew`: its network time is later than the newest, so its counter may have begun again. */
  | { readonly kind: 'late'; readonly epoch: number; readonly mayBeNew?: boolean; readonly cuts?: boolean }
  /** `isReturn`: it may be new after all, and the state is doubtful when its presence differs. */
  | { readonly kind: 'duplicate'; readonly isReturn?: true }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'undecided'; readonly match: Match; readonly epoch: number; readonly began: boolean }

export interface StoredKey {
  readonly seq: number | null
  readonly time: number
  readonly hash: number
  readonly pos: number
  readonly idx: number
}

export type LoggedKey = Pick<StoredKey, 'seq' | 'hash'>

export interface Lookup {
  inEpoch(epoch: number, seq: number): Promise<StoredKey | undefined>
  /** The nearest stored numbers below and above one that is missing in its boot. */
  around(
    span: Pick<Span, 'epoch' | 'min' | 'max'>,
    seq: number,
  ): Promise<readonly [StoredKey | undefined, StoredKey | undefined]>
  /** All readings of the device with this device time. */
  atTime(time: number): Promise<readonly StoredKey[]>
  /** The newest readings of the device as they came, newest first. */
  newest(count: number): Promise<readonly LoggedKey[]>
  isKnownEpoch(epoch: number): Promise<boolean>
  /** The record repeats, frame for frame, a record that is stored, and there is proof enough in it (O1). */
  repeatsBody(): Promise<boolean>
}

export type Device = Pick<DeviceState, 'epoch' | 'minSeq' | 'maxSeq'>

const next: Placement = { kind: 'next' }
const boot: Placement = { kind: 'boot' }
const duplicate: Placement = { kind: 'duplicate' }
const conflict: Placement = { kind: 'conflict' }

/** The hot path: a number above the highest, in the order of its clock where there is one. Needs no lookup. */
export function isNext(
  order: OrderState,
  device: Device,
  seq: number,
  name: string | undefined,
  clock: number | undefined,
) {
  const { maxSeq } = device
  if (maxSeq === null || seq <= maxSeq || order.name !== name) return false
  const { clock: newest } = order
  if (name?.startsWith('s')) return true
  // The first clock that is believed does not decide the order: the number does.
  if (clock !== undefined && newest !== null) {
    if (clock > newest) return true
    if (countsAlone(order, name)) return true
    // Where no clock of this boot was believed yet, the newest is that of the boot before.
    const isOfBoot = order.from !== null || order.boots.at(-1)?.to !== newest
    return isOfBoot && (clock === newest || isSmallStep(newest - clock, seq - maxSeq))
  }
  const isStep = seq === maxSeq + 1 || (order.before === null && seq - maxSeq <= lossMax)
  return isStep || name !== undefined
}

/** In a boot that the sender names, and has named once, the number decides: its clock may be set back by any amount. */
const countsAlone = ({ boots }: OrderState, name: string | undefined) =>
  name !== undefined && !boots.some((span) => span.name === name)

/** No reading is of the future: the clock of the newest was ahead, and the clock of this one has been corrected. */
function isCorrected({ clock: newest }: OrderState, { clock, arrived }: Facts): boolean {
  if (clock === undefined || newest === null || arrived === undefined) return false
  return newest - arrived > clockStepMaxMs && clock - arrived <= clockStepMaxMs
}

const isSmallStep = (ms: number, seqs: number) => ms <= clockStepMaxMs && seqs <= seqStepMax

export async function place(order: OrderState, device: Device, facts: Facts, look: Lookup): Promise<Placement> {
  const { seq, name, clock, isSession } = facts
  if (seq === undefined) return placeUnnumbered(order, device, facts, look)
  const numbered = { ...facts, seq }
  if (facts.isRestart && device.maxSeq !== null && name === undefined && clock === undefined) return boot
  if (isSession) return placeInSession(order, device, numbered, look)
  if (clock !== undefined && (order.clock !== null || device.maxSeq === null))
    return placeByClock(order, device, numbered, clock, look)
  if (name !== undefined) return placeNamed(order, device, numbered, look)
  if (device.maxSeq !== null && order.name === undefined && (await isSentAgain(facts, look))) return duplicate
  return placeByNumber(order, device, numbered, look)
}

export type Numbered = Facts & { readonly seq: number }

/** O4, O6: device clock without a number, or neither. */
async function placeUnnumbered(order: OrderState, device: Device, facts: Facts, look: Lookup): Promise<Placement> {
  const { clock, hash } = facts
  if (clock === undefined) {
    if (await isSentAgain(facts, look)) return duplicate
    return facts.isRestart && order.name === undefined && device.maxSeq !== null ? boot : next
  }
  if (order.clock !== null && clock > order.clock) return next
  const same = (await look.atTime(clock)).filter(({ seq }) => seq === null)
  if (same.some((row) => row.hash === hash))
    return clock === order.clock && same.at(-1)?.hash !== hash ? { kind: 'duplicate', isReturn: true } : duplicate
  if (isCorrected(order, facts)) return next
  return order.clock === null || clock === order.clock ? next : { kind: 'late', epoch: device.epoch }
}

/** O1: the transport marks it as possibly delivered before, and it was. */
async function isSentAgain({ isDup, isWholeBody, hash, seq }: Facts, look: Lookup): Promise<boolean> {
  if (isWholeBody && (await look.repeatsBody())) return true
  if (!isDup) return false
  const newest = await look.newest(redeliveryMax)
  return newest.some((one) => one.hash === hash && one.seq === (seq ?? null))
}

/** The boots that this frame may belong to, the current one first. */
function spansOf(
  { name, from, clock, boots }: OrderState,
  { epoch, minSeq, maxSeq }: Device,
  wanted: string | undefined,
): Span[] {
  const others = boots.filter((span) => span.name === wanted)
  if (name !== wanted || minSeq === null || maxSeq === null) return others
  return [{ epoch, min: minSeq, max: maxSeq, from, to: clock }, ...others]
}

/** O3: device clock and number. */
async function placeByClock(
  order: OrderState,
  device: Device,
  facts: Numbered,
  clock: number,
  look: Lookup,
): Promise<Placement> {
  const { seq, hash, name } = facts
  if (isNext(order, device, seq, name, clock)) return next
  const spans = spansOf(order, device, name)
  let hole: Span | undefined
  for (const span of spans) {
    if (seq < span.min || seq > span.max) continue
    const row = await look.inEpoch(span.epoch, seq)
    if (row?.hash === hash) return duplicate
    if (!isWithin(span, clock) && !(name === order.name && countsAlone(order, name))) continue
    if (row && row.time === clock) return conflict
    if (!row) hole ??= span
  }
  if (order.boots.length >= bootsMax)
    for (const row of await look.atTime(clock)) if (row.seq === seq && row.hash === hash) return duplicate
  if (order.clock === null || clock > order.clock) return name === order.name && device.maxSeq === null ? next : boot
  const steps = name === order.name && device.maxSeq !== null ? seq - device.maxSeq : 0
  if (steps > 0 && steps <= seqStepMax && isCorrected(order, facts)) return next
  hole ??= nearest(spans, seq, clock, order)
  const cuts =
    spans.some((span) => span !== hole && isInside(span, clock)) ||
    (hole !== undefined && !(await fits(hole, seq, clock, look)))
  return hole ? { kind: 'late', epoch: hole.epoch, cuts } : { kind: 'older-boot', epoch: undefined, cuts }
}

const isInside = ({ from, to }: Span, clock: number) => from !== null && to !== null && clock > from && clock < to

/** The stored numbers around it are as old, by their clocks, as their numbers say. */
async function fits(span: Span, seq: number, clock: number, look: Lookup): Promise<boolean> {
  const [below, above] = await look.around(span, seq)
  return (below === undefined || below.time <= clock) && (above === undefined || above.time >= clock)
}

const isWithin = ({ from, to }: Span, clock: number) =>
  (from === null || clock >= from - clockStepMaxMs) && (to === null || clock <= to + clockStepMaxMs)

/** The boot that the frame makes longer: later and higher than its end, or earlier and lower than its beginning, with no boot between. */
function nearest(
  spans: readonly Span[],
  seq: number,
  clock: number,
  { boots, from: currentFrom }: OrderState,
): Span | undefined {
  let found: Span | undefined
  let distance = Number.POSITIVE_INFINITY
  const begins = [...boots.map(({ from }) => from), currentFrom].filter((from) => from !== null)
  for (const span of spans) {
    const { min, max, from, to } = span
    const isAfter = seq > max && to !== null && clock >= to - clockStepMaxMs
    const isBefore = seq < min && (from === null || clock <= from + clockStepMaxMs)
    if (!isAfter && !isBefore) continue
    const [begin, end] = isAfter ? [to ?? clock, clock] : [clock, from ?? clock]
    if (begins.some((other) => other > begin && other < end)) continue
    if (Math.abs(end - begin) >= distance) continue
    distance = Math.abs(end - begin)
    found = span
  }
  return found
}

/** Epochs in which numbers of this boot or session may be stored, the newest first. */
function epochsOf(order: OrderState, device: Device, name: string): number[] {
  const known = order.boots.filter((span) => span.name === name).map(({ epoch }) => epoch)
  const first = epochOfName(name)
  return [...new Set([...(order.name === name ? [device.epoch] : []), ...known.reverse(), first])]
}

/** O2: network session and counter. */
async function placeInSession(order: OrderState, device: Device, facts: Numbered, look: Lookup): Promise<Placement> {
  const { seq, hash, name = 's', clock } = facts
  const isCurrent = name === order.name
  if (isCurrent && (device.maxSeq === null || seq > device.maxSeq)) return next
  const epochs = epochsOf(order, device, name)
  const newest = order.clock
  // The network stamps copies of one uplink within moments. A much later one may be a counter that began again with the same payload.
  const lead = clock !== undefined && newest !== null ? clock - newest : 0
  if (
    isCurrent &&
    clock !== undefined &&
    lead > sessionCopyMs &&
    risenTo(order, device.maxSeq, seq, clock) >= risingMax
  )
    return boot
  for (const epoch of epochs)
    if ((await look.inEpoch(epoch, seq))?.hash === hash)
      return lead > sessionCopyMs ? { kind: 'duplicate', isReturn: true } : duplicate
  if (isCurrent) {
    if (await look.inEpoch(device.epoch, seq)) return lead > 0 ? { kind: 'part' } : conflict
    return lead > sessionSlackMs ? { kind: 'part' } : { kind: 'late', epoch: device.epoch, mayBeNew: lead > 0 }
  }
  const [epoch] = epochs as [number]
  if (!(await isKnown(order, epoch, look))) {
    const isOlder = clock !== undefined && newest !== null && clock < newest && device.maxSeq !== null
    return isOlder ? { kind: 'older-boot', epoch } : boot
  }
  return (await look.inEpoch(epoch, seq)) ? conflict : { kind: 'late', epoch }
}

/** With this one, so many lower counters of the session rise. */
export function risenTo({ rising }: OrderState, maxSeq: number | null, seq: number, clock: number): number {
  if (rising === undefined || rising.below !== maxSeq || seq <= rising.seq || clock < rising.clock) return 1
  return rising.count + 1
}

const isKnown = async ({ boots }: OrderState, epoch: number, look: Lookup) =>
  boots.some((span) => span.epoch === epoch) || (await look.isKnownEpoch(epoch))

/** O5: a number in a boot that the sender names, without a clock. There is no doubt about restarts. */
async function placeNamed(order: OrderState, device: Device, facts: Numbered, look: Lookup): Promise<Placement> {
  const { seq, hash, name = '' } = facts
  const isCurrent = name === order.name || (order.name === undefined && epochOfName(name) === device.epoch)
  if (isCurrent && (device.maxSeq === null || seq > device.maxSeq)) return next
  const [epoch] = (isCurrent ? [device.epoch] : epochsOf(order, device, name)) as [number]
  if (!isCurrent && !(await isKnown(order, epoch, look))) {
    const isOlder = name.startsWith('e') && order.name?.startsWith('e') === true && epoch < device.epoch
    return isOlder ? { kind: 'older-boot', epoch } : boot
  }
  if (isCurrent && !facts.isDup && !facts.isWholeBody) {
    const width = wrapWidth(device.maxSeq as number, seq)
    if (width !== undefined) return { kind: 'wrap', width }
  }
  const row = await look.inEpoch(epoch, seq)
  if (row?.hash === hash) return duplicate
  return row ? conflict : { kind: 'late', epoch }
}
