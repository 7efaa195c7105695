/**
 * One reading to its place: next, late, a boot of its own, a duplicate, in conflict or undecided; and what follows from that for rows, numbers,
 * live state and history. Rules: docs/specs/ordering.md; the decisions themselves are in order/.
 */
import assert from 'node:assert/strict'
import { qualityBits } from '@baykeeper/contract/vocabulary.ts'
import { applyLive, countSeq } from '../domain/fold.ts'
import { apartEpoch, type Reading } from '../domain/reading.ts'
import type { Uplink } from '../domain/uplink.ts'
import { type Instant, instant, unreachable } from '../lib/brand.ts'
import { addSaturating } from '../lib/sum.ts'
import { type DayNumber, dayNumber } from '../lib/utc-day.ts'
import { addReading as addReadingRow, type ReadingRows } from '../store/store.ts'
import { beginBoot, freshEpoch } from './boots.ts'
import { stepCounters } from './counters.ts'
import type { Outcome } from './dead-letter.ts'
import type { DecodedFrame, DecodedRecord } from './decode-record.ts'
import { hold, release } from './doubt.ts'
import { type Fleet, rememberSeq, type Tracked } from './fleet.ts'
import type { GapBook } from './gap-book.ts'
import type { HistoryFold } from './history-fold.ts'
import type { LateStays } from './late-stays.ts'
import { createLookups } from './lookups.ts'
import { type Facts, factsOf, nameOf, payloadHash } from './order/facts.ts'
import { bootsMax, type Overtaken } from './order/order-state.ts'
import { isNext, type Lookup, type Placement, place, redeliveryMax, risenTo, sessionCopyMs } from './order/place.ts'
import { isRepetition, isRestart, runMax, type Verdict, verdicts } from './order/undecided.ts'
import { effectiveTime } from './plausible-time.ts'
import { resendStep } from './resends.ts'
import type { StoredKeys } from './stored-keys.ts'
import type { Taken, Ticket, Undecided } from './undecided-frames.ts'

/** Quality marks of a reading row. */

export type Fate = Outcome | 'undecided'
type MaybePromise<T> = T | Promise<T>

export interface PlacerDeps {
  readonly fleet: Fleet
  readonly rows: ReadingRows
  readonly stored: StoredKeys
  readonly gaps: GapBook
  readonly history: HistoryFold | undefined
  readonly lateStays: LateStays
  /** Positions before it were seen by the feeds already: records are decoded again. 0 for those that come from the journal. */
  readonly revMin: number
  /** By how much the missing numbers of a day change. */
  missed(taken: Taken, day: DayNumber, by: number): void
  /** A row was added. */
  added(taken: Taken): void
  ticketOf(record: DecodedRecord, frame: DecodedFrame): Ticket
  refile(ticket: Ticket): void
  /** A reading that waited was decided. */
  decided(entry: Undecided, fate: 'committed' | 'duplicate'): void
}

export interface ReadingPlacer {
  /** `idx`: of its row. `k`: which reading of its frame it is. */
  add(
    device: Tracked,
    reading: Reading,
    record: DecodedRecord,
    frame: DecodedFrame,
    at: { idx: number; k: number },
  ): MaybePromise<Fate>
  /** What still waits of this frame is kept apart at once. */
  giveUp(ticket: Ticket): void
}

/** The server's clock moves back by more than this only when it is set. */
const clockSetMs = 120_000

const clockOf = ({ reading, time, doubted }: Pick<Taken, 'reading' | 'time' | 'doubted'>): Instant | undefined =>
  reading.time === undefined || doubted ? undefined : time

export function createReadingPlacer(deps: PlacerDeps): ReadingPlacer {
  const { fleet, rows, stored, gaps, history, lateStays, revMin } = deps
  const lookups = createLookups(fleet, stored, gaps)

  function add(
    device: Tracked,
    reading: Reading,
    record: DecodedRecord,
    frame: DecodedFrame,
    at: { idx: number; k: number },
  ) {
    const { state, order } = device
    const { uplink, pos } = record
    fleet.touch(device)
    const { meta } = uplink
    const isRetained = meta?.['retain'] === '1'
    const { time, doubted } = effectiveTime(reading.time, uplink.arrivedAt, uplink.time === 'trust')
    if (!isRetained) hear(device, uplink, time)
    state.rev = Math.max(state.rev, pos, revMin)
    const taken: Taken = { device, reading, uplink, pos, idx: at.idx, hash: payloadHash(reading), time, doubted }
    const connection = meta?.['conn']
    const mayBeSentAgain = order.before !== null && (meta?.['dup'] === '1' || meta?.['body'] === '1')
    const isPlain =
      !(isRetained || mayBeSentAgain) &&
      device.run.length === 0 &&
      order.repeating === undefined &&
      order.resent === undefined
    if (isPlain && (connection === undefined || connection === order.connection)) {
      const clock = clockOf(taken)
      const { seq } = reading
      if (seq !== undefined) {
        if (isNext(order, state, seq, nameOf(reading), clock)) return takeNumber(taken, seq)
      } else if (reading.kind !== 'restart') {
        const isNewest =
          clock === undefined
            ? meta?.['dup'] !== '1' && meta?.['body'] !== '1'
            : order.clock === null || clock > order.clock
        if (isNewest) return goLive(taken, state.epoch)
      }
    }
    return placeSlowly(taken, record, frame, at.k)
  }

  /** D12: arrivals go up, except where the server's own clock was set back; a retained message is no sign of life. */
  function hear({ state }: Tracked, { arrivedAt }: Uplink, time: Instant) {
    const isSetBack = revMin === 0 && arrivedAt < state.lastArrived - clockSetMs
    history?.heard(state, arrivedAt, time, isSetBack)
    if (arrivedAt > state.lastArrived || isSetBack) state.lastArrived = arrivedAt
  }

  async function placeSlowly(taken: Taken, record: DecodedRecord, frame: DecodedFrame, k: number): Promise<Fate> {
    const { device, reading, uplink } = taken
    const { state, order } = device
    const facts = factsOf(reading, uplink, taken, order.repeating ?? device.run.at(-1)?.seq)
    const look = lookups.of(device, record, frame)
    if (uplink.meta?.['retain'] === '1') return takeRetained(taken, facts, look)
    if (await goesOnRepeating(device, facts, look)) return duplicate(device)
    const from = { ticket: () => deps.ticketOf(record, frame), k }
    const resent = await resendStep(device, facts, look)
    if (resent.kind === 'repetition') {
      for (const entry of device.resends.splice(0)) {
        duplicate(device)
        deps.decided(entry, 'duplicate')
      }
      noteConnection(device, facts)
      if (resent.goesOn) order.repeating = facts.seq
      reviewDoubt(device, taken.time)
      return duplicate(device)
    }
    if (resent.kind === 'held') {
      noteConnection(device, facts)
      const { hash } = taken
      const entry: Undecided = {
        ...{ taken, seq: facts.seq ?? Number.NaN, hash, match: 'resend', epoch: state.epoch, began: false, k },
        ticket: from.ticket(),
      }
      open(entry)
      device.resends.push(entry)
      reviewDoubt(device, taken.time)
      return 'undecided'
    }
    for (const entry of device.resends.splice(0)) await placeHeld(entry, look)
    let placed = await place(order, state, facts, look)
    const isDecided = placed.kind === 'next' || placed.kind === 'wrap' || placed.kind === 'boot'
    if (device.run.length > 0 && isDecided) {
      const isNumber = facts.seq !== undefined && facts.clock === undefined && facts.name === undefined
      await decideRun(device, isNumber && placed.kind === 'next' ? decidingNext(device, facts.seq as number) : 'full')
      placed = await place(order, state, facts, look)
    }
    const fate = await settle(taken, placed, from)
    noteConnection(device, facts)
    return fate
  }

  const decidingNext = ({ state }: Tracked, nextSeq: number) => ({ nextSeq, maxSeq: state.maxSeq ?? 0 })

  function noteConnection({ order }: Tracked, { connection }: Facts) {
    if (connection === undefined || connection === order.connection) return
    order.connection = connection
    order.changed = true
  }

  /** It was no repetition: placed as if its connection were nothing new. */
  async function placeHeld(entry: Undecided, look: Lookup) {
    const { taken, ticket, k } = entry
    const { device, reading, uplink } = taken
    const { order, state } = device
    const facts = { ...factsOf(reading, uplink, taken, device.run.at(-1)?.seq), connection: order.connection }
    let placed = await place(order, state, facts, look)
    if (device.run.length > 0 && (placed.kind === 'next' || placed.kind === 'wrap' || placed.kind === 'boot')) {
      await decideRun(
        device,
        facts.seq !== undefined && placed.kind === 'next' ? decidingNext(device, facts.seq) : 'full',
      )
      placed = await place(order, state, facts, look)
    }
    const fate = await settle(taken, placed, { ticket: () => ticket, k })
    if (fate === 'undecided') deps.refile(ticket)
    // A run that it completed has decided it already, and counted that: a frame ends once.
    else if (placed.kind !== 'undecided') deps.decided(entry, fate === 'duplicate' ? 'duplicate' : 'committed')
  }

  function open(entry: Undecided) {
    entry.ticket.open.set(entry.k, entry)
    entry.ticket.devices.add(entry.taken.device)
  }

  /** O10: behind a repetition that was recognised, its next frames are repeated too. */
  async function goesOnRepeating({ order, state }: Tracked, facts: Facts, look: Lookup): Promise<boolean> {
    const { repeating } = order
    if (repeating === undefined) return false
    const { seq, hash, clock, name } = facts
    order.changed = true
    order.repeating = undefined
    const hasClock = clock !== undefined && order.clock !== null
    if (seq === undefined || hasClock || name !== undefined || seq <= repeating) return false
    const placed = seq > (state.maxSeq ?? 0) ? undefined : await place(order, state, facts, look)
    if (placed?.kind === 'duplicate') order.repeating = seq
    const isSame = placed?.kind === 'undecided' && placed.match === 'same' && hash === facts.hash
    if (isSame) order.repeating = seq
    return order.repeating !== undefined
  }

  async function settle(
    taken: Taken,
    placed: Placement,
    from: { readonly ticket: () => Ticket; readonly k: number },
  ): Promise<Fate> {
    const { device, reading } = taken
    const { state } = device
    const { seq } = reading
    switch (placed.kind) {
      case 'next':
        return seq === undefined ? goLive(taken, state.epoch) : takeNumber(taken, seq)
      case 'wrap':
        await wrap(taken, placed.width)
        return takeNumber(taken, seq as number)
      case 'boot':
        await beginBoot(device, stored, seq === undefined ? undefined : nameOf(reading))
        return seq === undefined ? goLive(taken, state.epoch) : takeNumber(taken, seq)
      case 'part':
        await beginBoot(device, stored, nameOf(reading))
        countSeq(state, seq as number)
        hold(device, taken.time, 'second', history)
        noteClock(taken)
        return addRow(taken, state.epoch, 0)
      case 'older-boot':
        if (placed.cuts) noteJoined(device)
        return takeOlderBoot(taken, seq as number, placed.epoch)
      case 'late':
        if (placed.cuts) noteJoined(device)
        if (placed.mayBeNew) noteRising(taken)
        if (placed.mayBeNew && contradicts(taken)) hold(device, taken.time, 'later', history)
        return takeLate(taken, seq, placed.epoch)
      case 'duplicate':
        if (placed.isReturn) noteRising(taken)
        if (placed.isReturn && contradicts(taken)) hold(device, taken.time, 'later', history)
        return duplicate(device)
      case 'conflict':
        return 'quarantined'
      case 'undecided':
        return wait(taken, placed, from)
      default:
        return unreachable(placed)
    }
  }

  /** O2: a lower counter of its session that is stamped later may have begun again; further ones that rise decide. */
  function noteRising(taken: Taken) {
    const { order, state } = taken.device
    const clock = clockOf(taken)
    const { seq } = taken.reading
    if (seq === undefined || clock === undefined || state.maxSeq === null) return
    if (order.clock === null || clock <= order.clock + sessionCopyMs) return
    order.rising = { seq, clock, count: risenTo(order, state.maxSeq, seq, clock), below: state.maxSeq }
    order.changed = true
  }

  /** O3: what was taken for one boot was two. */
  function noteJoined({ order }: Tracked) {
    if (order.isJoined) return
    order.isJoined = true
    order.changed = true
  }

  function duplicate({ state }: Tracked): Outcome {
    state.duplicates++
    return 'duplicate'
  }

  /** A number of the current boot above its highest, or its first. */
  function takeNumber(taken: Taken, seq: number): MaybePromise<Outcome> {
    const { device, uplink } = taken
    const { state, order } = device
    const clock = clockOf(taken)
    if (state.maxSeq === null && clock !== undefined) {
      order.from = clock
      order.changed = true
    }
    const isFirst = state.maxSeq === null || state.minSeq === null
    if (!isFirst && seq !== (state.maxSeq as number) + 1) {
      const day = dayNumber(uplink.arrivedAt)
      const span = { min: state.minSeq as number, max: state.maxSeq as number }
      const taking = { device: state.id, epoch: state.epoch, seq, span, day }
      const filled = gaps.take(taking, (of, by) => deps.missed(taken, of, by))
      if (filled) return filled.then(() => countLive(taken, seq))
    }
    return countLive(taken, seq)
  }

  function countLive(taken: Taken, seq: number): Outcome {
    const { device, hash } = taken
    countSeq(device.state, seq)
    rememberSeq(device, seq, hash)
    return goLive(taken, device.state.epoch)
  }

  /** O7: the numbers up to the end of the counter and from 0 on are missing. */
  async function wrap(taken: Taken, width: number) {
    const { device, reading, uplink } = taken
    const { state } = device
    const day = dayNumber(uplink.arrivedAt)
    const missed = (of: DayNumber, by: number) => deps.missed(taken, of, by)
    const span = { min: state.minSeq as number, max: state.maxSeq as number }
    await gaps.take({ device: state.id, epoch: state.epoch, seq: width, span, day }, missed)
    state.maxSeq = width - 1
    await beginBoot(device, stored, device.order.name)
    const seq = reading.seq as number
    if (seq === 0) return
    await gaps.take({ device: state.id, epoch: state.epoch, seq, span: { min: 0, max: -1 }, day }, missed)
    state.minSeq = 0
    state.maxSeq = seq - 1
  }

  async function takeOlderBoot(taken: Taken, seq: number, named: number | undefined): Promise<Outcome> {
    const { device, reading } = taken
    const { order } = device
    const epoch = named ?? (await freshEpoch(device, stored, nameOf(reading)))
    const name = nameOf(reading)
    const clock = clockOf(taken) ?? null
    // The oldest knowledge is the first to go: where there is no room, this boot is only in the store.
    if (order.boots.length < bootsMax)
      order.boots.unshift({
        epoch,
        ...(name === undefined ? {} : { name }),
        min: seq,
        max: seq,
        from: clock,
        to: clock,
      })
    order.changed = true
    stored.closeEpoch(device.state.id, epoch, { min: seq, max: seq })
    return addLateRow(taken, epoch, 0)
  }

  /** A late reading repairs numbers and history, and never turns live state back. */
  async function takeLate(taken: Taken, seq: number | undefined, epoch: number): Promise<Outcome> {
    const { device, uplink } = taken
    const { state, order } = device
    if (seq === undefined) return addLateRow(taken, epoch, 0)
    const day = dayNumber(uplink.arrivedAt)
    const clock = clockOf(taken)
    if (epoch === state.epoch && state.minSeq !== null && state.maxSeq !== null) {
      const span = { min: state.minSeq, max: state.maxSeq }
      await gaps.take({ device: state.id, epoch, seq, span, day }, (of, by) => deps.missed(taken, of, by))
      countSeq(state, seq)
      if (clock !== undefined && order.from !== null && clock < order.from) {
        order.from = clock
        order.changed = true
      }
      return addLateRow(taken, epoch, 0)
    }
    const boot = order.boots.find((span) => span.epoch === epoch)
    const span = boot ? { min: boot.min, max: boot.max } : await stored.extend(state.id, epoch, seq)
    await gaps.take({ device: state.id, epoch, seq, span, day }, (of, by) => {
      state.missingBefore = addSaturating(state.missingBefore, by)
      deps.missed(taken, of, by)
    })
    if (boot) {
      boot.min = Math.min(boot.min, seq)
      boot.max = Math.max(boot.max, seq)
      if (clock !== undefined) {
        boot.from = Math.min(boot.from ?? clock, clock)
        boot.to = Math.max(boot.to ?? clock, clock)
      }
      order.changed = true
    }
    return addLateRow(taken, epoch, 0)
  }

  /** Nobody can say which boot it belongs to, or whether it is a repetition: kept apart, neither lost nor duplicate. */
  function takeApart(taken: Taken): Outcome {
    const { order } = taken.device
    order.repeats++
    order.changed = true
    return addRow(taken, apartEpoch, qualityBits.late | qualityBits['possible-repeat'])
  }

  /** B5: a retained message says how things stood when it was sent, and nobody knows when that was unless it says so. */
  async function takeRetained(taken: Taken, facts: Facts, look: Lookup): Promise<Fate> {
    const { device, reading } = taken
    const { state, order } = device
    const { seq } = reading
    const isFirst = state.readings === 0
    if (isFirst) state.lastArrived = instant(facts.clock ?? 0)
    if (isFirst || facts.clock !== undefined) {
      const placed = await place(order, state, facts, look)
      if (placed.kind !== 'undecided') return settle(taken, placed, neverWaits)
      return takeApart(taken)
    }
    const newest = await look.newest(redeliveryMax)
    if (newest.some((one) => one.hash === taken.hash && one.seq === (seq ?? null))) return duplicate(device)
    if (seq === undefined) return contradicts(taken) ? addLateRow(taken, state.epoch, 0) : goLive(taken, state.epoch)
    const same = state.maxSeq !== null && seq <= state.maxSeq ? await look.inEpoch(state.epoch, seq) : undefined
    if (same?.hash === taken.hash) return duplicate(device)
    return takeApart(taken)
  }

  /** Waits for the frames after it. */
  async function wait(
    taken: Taken,
    { match: compared, epoch, began }: Extract<Placement, { kind: 'undecided' }>,
    { ticket: ticketOf, k }: { readonly ticket: () => Ticket; readonly k: number },
  ): Promise<Fate> {
    const { device, reading, hash } = taken
    const seq = reading.seq as number
    const twin = device.run.findLast((entry) => entry.seq === seq)
    const match = twin === undefined ? compared : twin.hash === hash ? 'same' : 'other'
    const entry: Undecided = { taken, seq, hash, match, epoch, began, ticket: ticketOf(), k }
    open(entry)
    device.run.push(entry)
    reviewDoubt(device, taken.time)
    const isNewBoot = isRestart(device.run)
    if (!isNewBoot && device.run.length < runMax) return 'undecided'
    const run = device.run
    const fates = await decideRun(device, isNewBoot ? 'restart' : 'full')
    return fates[run.length - 1] as Outcome
  }

  /** O8: the presence is known while all frames that wait say the same. */
  function reviewDoubt(device: Tracked, time: Instant) {
    if ([...device.run, ...device.resends].some(({ taken }) => contradicts(taken)))
      hold(device, time, 'decided', history)
    else if (device.order.held?.until === 'decided') release(device, time, history)
  }

  async function decideRun(device: Tracked, by: Parameters<typeof verdicts>[1]): Promise<Outcome[]> {
    const { run, order } = device
    device.run = []
    const decided = verdicts(run, by)
    const isRepeated = isRepetition(run)
    const last = run.at(-1) as Undecided
    if (isRepeated && by === 'full') {
      order.repeating = last.seq
      order.changed = true
    }
    if (order.held?.until === 'decided') {
      if (by !== 'full' || isRepeated) release(device, last.taken.time, history)
      // O11: so many frames decided nothing.
      else order.held = { ...order.held, until: 'next' }
    }
    if (typeof by === 'object' && !isRepeated) noteOvertaken(device, run, by.nextSeq)
    if (decided.includes('boot')) {
      const first = decided.indexOf('boot')
      for (let i = 0; i < first; i++) await decide(run[i] as Undecided, decided[i] as Verdict)
      await beginBoot(device, stored, undefined)
      const rest: Outcome[] = []
      for (let i = first; i < run.length; i++) rest.push(await decide(run[i] as Undecided, decided[i] as Verdict))
      return [...decided.slice(0, first).map((): Outcome => 'committed'), ...rest]
    }
    const fates: Outcome[] = []
    for (const [i, entry] of run.entries()) fates.push(await decide(entry, decided[i] as Verdict))
    return fates
  }

  /** O11: a frame of no certain boot with a number above the next one may be newer than it. */
  function noteOvertaken({ order }: Tracked, run: readonly Undecided[], nextSeq: number) {
    for (const { seq, taken } of run) {
      const { occupied } = taken.reading.measures
      if (seq <= nextSeq || occupied === undefined || seq < (order.overtaken?.seq ?? 0)) continue
      order.overtaken = { seq, occupied }
      order.changed = true
    }
  }

  /** Until its number comes again, or one above it, what the overtaken frame said may be the newest. */
  function doubtOvertaken(device: Tracked, { seq, occupied }: Overtaken, reading: Reading, time: Instant) {
    const { state, order } = device
    order.changed = true
    // Under its own number it was of another boot: it is not above the frames of this one any more.
    if (reading.seq === undefined || reading.seq >= seq) order.overtaken = undefined
    else if (state.occupied !== occupied) hold(device, time, 'next', history)
  }

  async function decide(entry: Undecided, verdict: Verdict): Promise<Outcome> {
    const { taken, seq, epoch } = entry
    const fate = await carryOut()
    deps.decided(entry, fate === 'duplicate' ? 'duplicate' : 'committed')
    return fate

    async function carryOut(): Promise<Outcome> {
      switch (verdict) {
        case 'repetition':
          return duplicate(taken.device)
        case 'possible-repeat':
          return takeApart(taken)
        case 'late':
          // Something else may have come under its number meanwhile.
          return (await stored.find(taken.device.state.id, epoch, seq)) ? takeApart(taken) : takeLate(taken, seq, epoch)
        case 'boot':
        case 'next':
          return takeNumber(taken, seq)
        default:
          return unreachable(verdict)
      }
    }
  }

  /** It says another presence than the one that is known. */
  function contradicts({ device, reading }: Taken): boolean {
    const { occupied } = reading.measures
    const known = device.order.held ? device.order.held.occupied : device.state.occupied
    return occupied !== undefined && known !== undefined && occupied !== known
  }

  function noteClock(taken: Taken) {
    const { order } = taken.device
    const clock = clockOf(taken)
    // O12: times that are not believed can be compared with none: the device has no clock until one in order is believed.
    if (clock === undefined) order.clock = taken.doubted ? null : order.clock
    else if (order.clock === null || clock > order.clock) order.clock = clock
  }

  /** The newest of its device. */
  function goLive(taken: Taken, epoch: number): Outcome {
    const { device, reading, time } = taken
    const { state, order } = device
    if (order.held) {
      const clock = clockOf(taken)
      const isStill = clock !== undefined && order.clock !== null && clock <= order.clock
      if (order.held.until === 'later' && isStill) return addRow(taken, epoch, qualityBits.late)
      release(device, time, history)
    }
    noteClock(taken)
    const { occupied, since, claimedBay, countIn, countOut, lastTime } = state
    applyLive(state, reading, time)
    let marks = 0
    if (reading.measures.countIn !== undefined || reading.measures.countOut !== undefined) {
      const step = stepCounters(device, { countIn, countOut, lastTime }, reading.measures, time)
      if (step.isDoubtful) marks = qualityBits['count-doubted']
      history?.counted(state, step, time)
    }
    history?.applied(state, { occupied, since, claimedBay }, reading, time)
    if (order.overtaken) doubtOvertaken(device, order.overtaken, reading, time)
    return addRow(taken, epoch, marks)
  }

  function addLateRow(taken: Taken, epoch: number, marks: number): Outcome {
    const { device, reading, time } = taken
    const clock = clockOf(taken)
    const isBefore = clock !== undefined && device.order.clock !== null && clock <= device.order.clock
    if (isBefore && reading.measures.occupied !== undefined) lateStays.add(device, time)
    return addRow(taken, epoch, marks | qualityBits.late)
  }

  function addRow(taken: Taken, epoch: number, more: number): Outcome {
    const { device, reading, uplink, pos, idx, hash, time, doubted } = taken
    const { state } = device
    state.readings++
    const marks = (doubted ? qualityBits['arrival-time'] : 0) | more
    const seq = reading.seq ?? null
    const head = { pos, idx, device: state.id, epoch, seq, time, arrived: uplink.arrivedAt, quality: marks, hash }
    addReadingRow(rows, head, reading.measures)
    deps.added(taken)
    return 'committed'
  }

  return {
    add,
    giveUp({ open }) {
      for (const entry of [...open.values()]) {
        const { device } = entry.taken
        device.run = device.run.filter((other) => other !== entry)
        device.resends = device.resends.filter((other) => other !== entry)
        takeApart(entry.taken)
        deps.decided(entry, 'committed')
      }
    },
  }
}

const neverWaits = { ticket: (): Ticket => assert.fail('a retained message never waits'), k: 0 }
