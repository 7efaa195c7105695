/**
 * What the order of a device asks about its stored readings, a record at a time: the first question of a record names all numbers and times
 * that its other frames may ask for, so that the store is asked once per device and not once per reading.
 */
import type { Reading } from '../domain/reading.ts'
import { readingsPerFrame } from './dead-letter.ts'
import type { DecodedFrame, DecodedRecord } from './decode-record.ts'
import { type Fleet, recentHash, type Tracked } from './fleet.ts'
import type { GapBook } from './gap-book.ts'
import { payloadHash } from './order/facts.ts'
import type { LoggedKey, Lookup } from './order/place.ts'
import { bitsIn, proofBits } from './order/undecided.ts'
import type { StoredKeys } from './stored-keys.ts'

export interface Lookups {
  of(device: Tracked, record: DecodedRecord, frame: DecodedFrame): Lookup
}

/** The readings of one device in a record, in their order. */
interface SaidInRecord extends LoggedKey {
  /** Of the row that it is stored as. */
  readonly idx: number
}

/** By device, in one pass: a record may name as many devices as it has frames. Undefined when one of its frames is not decoded. */
function saidIn(record: DecodedRecord): ReadonlyMap<string, readonly SaidInRecord[]> | undefined {
  const said = new Map<string, SaidInRecord[]>()
  for (let i = 0; i < record.length; i++) {
    const { result, idx } = record.frame(i)
    if (!result.ok) return undefined
    for (const [k, reading] of result.value.entries())
      said
        .getOrInsertComputed(reading.device, () => [])
        .push({ seq: reading.seq ?? null, hash: payloadHash(reading), idx: idx * readingsPerFrame + k })
  }
  return said
}

const isSame = (a: LoggedKey, b: LoggedKey | undefined) => a.seq === b?.seq && a.hash === b.hash

export function createLookups(fleet: Fleet, stored: StoredKeys, gaps: Pick<GapBook, 'holding'>): Lookups {
  let announced: DecodedRecord | undefined
  const bodies = createBodyRepeats(fleet, stored)

  function announce(record: DecodedRecord, from: number) {
    if (announced === record) return
    announced = record
    for (let i = from; i < record.length; i++) {
      const { result } = record.frame(i)
      if (!result.ok) continue
      for (const reading of result.value) {
        const device = fleet.find(record.uplink.source, reading.device)
        if (device) want(stored, device, reading)
      }
    }
  }

  return {
    of: (device, record, frame) => ({
      async inEpoch(epoch, seq) {
        announce(record, frame.idx)
        return stored.find(device.state.id, epoch, seq)
      },
      async around({ epoch, min, max }, seq) {
        const { id } = device.state
        const gap = seq > min && seq < max ? await gaps.holding(id, epoch, seq) : undefined
        const below = gap ? gap.from - 1 : seq > max ? max : undefined
        const above = gap ? gap.to + 1 : seq < min ? min : undefined
        const find = async (one: number | undefined) => (one === undefined ? undefined : stored.find(id, epoch, one))
        return [await find(below), await find(above)]
      },
      async atTime(time) {
        announce(record, frame.idx)
        return stored.atTime(device.state.id, time)
      },
      newest: (count) => newestOf(stored, device, count),
      isKnownEpoch: (epoch) => stored.knows(device.state.id, epoch),
      repeatsBody() {
        const ofDevice = bodies.said(record)?.get(device.state.external)
        if (!ofDevice) return Promise.resolve(false)
        announce(record, frame.idx)
        return bodies.repeats(device, ofDevice)
      },
    }),
  }
}

function want(stored: StoredKeys, device: Tracked, { seq, time }: Reading) {
  const { state, order } = device
  if (seq === undefined) {
    if (time !== undefined && order.clock !== null && time <= order.clock) stored.wantTime(state.id, time)
    return
  }
  const isWithin = state.minSeq !== null && state.maxSeq !== null && seq >= state.minSeq && seq <= state.maxSeq
  if (isWithin && recentHash(device, seq) === undefined) stored.want(state.id, state.epoch, seq)
  for (const { epoch, min, max } of order.boots) if (seq >= min && seq <= max) stored.want(state.id, epoch, seq)
}

/** As they came, those that wait included. */
async function newestOf(stored: StoredKeys, { state, run }: Tracked, count: number): Promise<readonly LoggedKey[]> {
  const rows = await stored.newest(state.id, count)
  if (run.length === 0) return rows
  const waiting = run.map(({ seq, hash, taken: { pos, idx } }) => ({ seq, hash, pos, idx }))
  return [...rows, ...waiting].sort((a, b) => b.pos - a.pos || b.idx - a.idx).slice(0, count)
}

/** O1: the whole bodies of a record, each device apart. */
function createBodyRepeats(fleet: Fleet, stored: StoredKeys) {
  let repeats = new Map<Tracked, Promise<boolean>>()
  let repeatsOf: DecodedRecord | undefined
  let said: ReturnType<typeof saidIn>
  /** Numbers of frames per device for which the devices of the record were announced. */
  let countsAnnounced = new Set<number>()

  /** All readings of the device in the record equal the last stored ones, or those of one earlier record, frame for frame. */
  async function repeatsRecord(device: Tracked, said: readonly SaidInRecord[]): Promise<boolean> {
    const { state, run } = device
    if ((await isOneRecord(stored, device, said)) && bitsIn(said) >= proofBits) return true
    // A device that has sent less than this repeats nothing: the store is not asked about each of thousands of new ones.
    if (state.readings + run.length < said.length) return false
    // What a sender repeats for want of an answer is what it sent last.
    announceNewest(device, said.length)
    const newest = await newestOf(stored, device, said.length)
    return newest.length === said.length && said.every((one, i) => isSame(one, newest.at(-1 - i)))
  }

  /** A body of thousands of sensors: the store is asked for all that will be asked for so, at once. */
  function announceNewest({ state: { source } }: Tracked, count: number) {
    if (countsAnnounced.has(count)) return
    countsAnnounced.add(count)
    const devices: number[] = []
    for (const [external, ofDevice] of said ?? []) {
      const other = ofDevice.length === count ? fleet.find(source, external) : undefined
      if (other && other.state.readings + other.run.length >= count) devices.push(other.state.id)
    }
    stored.wantNewest(devices, count)
  }

  return {
    said(record: DecodedRecord) {
      if (repeatsOf !== record) {
        repeatsOf = record
        repeats = new Map()
        countsAnnounced = new Set()
        said = saidIn(record)
      }
      return said
    },
    /** `ofDevice`: readings of the device in the record whose bodies were asked for last. */
    repeats: (device: Tracked, ofDevice: readonly SaidInRecord[]) =>
      repeats.getOrInsertComputed(device, () => repeatsRecord(device, ofDevice)),
  }
}

/** One earlier record had the same readings, frame for frame. */
async function isOneRecord(
  stored: StoredKeys,
  { state, order }: Tracked,
  said: readonly SaidInRecord[],
): Promise<boolean> {
  let pos: number | undefined
  if (said.some(({ seq }) => seq === null)) return false
  for (const { seq, hash, idx } of said) {
    let row = await stored.find(state.id, state.epoch, seq as number)
    if (row?.hash !== hash && order.before !== null) row = await stored.find(state.id, order.before, seq as number)
    pos ??= row?.pos
    if (row?.hash !== hash || row.idx !== idx || row.pos !== pos) return false
  }
  return true
}
