/**
 * One reading to its place: next, late, a separate boot, a duplicate, in conflict or undecided; and what follows from that for rows, numbers,
 * live state and history. Rules: docs/specs/ordering.md; the decisions themselves are in order/, what follows from them in placement/.
 */
import type { FramePath, Reading } from '../domain/reading.ts'
import type { Uplink } from '../domain/uplink.ts'
import type { Instant } from '../lib/brand.ts'
import type { DecodedFrame, DecodedRecord } from './decode-record.ts'
import type { Tracked } from './fleet.ts'
import { nameOf, payloadHash } from './order/facts.ts'
import { isNext } from './order/place.ts'
import { createLateReadings } from './placement/late-readings.ts'
import { createLiveReadings } from './placement/live-readings.ts'
import { clockOf } from './placement/placed-reading.ts'
import { createPlacedRows } from './placement/placed-rows.ts'
import type { Fate, MaybePromise, PlacerDeps } from './placement/placer-deps.ts'
import { createSettlement } from './placement/settlement.ts'
import { createSlowPlacement } from './placement/slow-placement.ts'
import { createUndecidedRuns } from './placement/undecided-runs.ts'
import { effectiveTime } from './plausible-time.ts'
import type { Ticket } from './undecided-frames.ts'

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

export function createReadingPlacer(deps: PlacerDeps): ReadingPlacer {
  const { fleet, history, revMin } = deps
  const rows = createPlacedRows(deps)
  const live = createLiveReadings(deps, rows)
  const late = createLateReadings(deps, rows)
  const runs = createUndecidedRuns(deps, { live, late })
  const placeSlowly = createSlowPlacement(deps, createSettlement(deps, { live, late, rows, runs }), runs)

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
    if (!isRetained) hear(device, uplink, time, pathOf(reading, uplink))
    state.rev = Math.max(state.rev, pos, revMin)
    const taken = { device, reading, uplink, pos, idx: at.idx, hash: payloadHash(reading), time, doubted }
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
        if (isNext(order, state, seq, nameOf(reading), clock)) return live.takeNumber(taken, seq)
      } else if (reading.kind !== 'restart') {
        const isNewest =
          clock === undefined
            ? meta?.['dup'] !== '1' && meta?.['body'] !== '1'
            : order.clock === null || clock > order.clock
        if (isNewest) return live.goLive(taken, state.epoch)
      }
    }
    return placeSlowly(taken, record, frame, at.k)
  }

  /** D12: arrivals go up, except where the server's own clock was set back; a retained message is no sign of life. */
  function hear({ state }: Tracked, { arrivedAt }: Uplink, time: Instant, path: FramePath) {
    const isSetBack = revMin === 0 && arrivedAt < state.lastArrived - clockSetMs
    history?.touchLiveness(state, arrivedAt, time, path, isSetBack)
    if (arrivedAt > state.lastArrived || isSetBack) state.lastArrived = arrivedAt
  }

  return { add, giveUp: runs.giveUp }
}

const notKnown: readonly string[] = []

/** A network server has many gateways: a frame that names none came by one that is not known. */
const pathOf = ({ gateways }: Reading, { codec, meta }: Uplink): FramePath =>
  gateways?.length === 1
    ? (gateways[0] as string)
    : (gateways ?? (codec === 'lorawan' ? notKnown : (meta?.['peer'] ?? '')))
