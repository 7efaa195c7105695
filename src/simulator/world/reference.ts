/**
 * The rules of identity and order in the plainest form: the proof that the judge asks nothing that the frames do not tell. First the evidence
 * of the transport, then one of four rows by what the frame carries.
 */
import { byNumber } from './reference-number.ts'
import { createResends } from './reference-resends.ts'
import { bySession } from './reference-session.ts'
import { type Frame, holesIn, payloadOf, type Row, type ToyServer } from './server.ts'

const hoursBack = 24 * 3_600_000
const minutesAhead = 2 * 60_000
const isTrusted = ({ time, arrived }: Frame) =>
  time !== undefined && time >= arrived - hoursBack && time <= arrived + minutesAhead

export function referenceServer(): ToyServer {
  const fates: ToyServer['fates'] = []
  const resends = createResends(fates)
  let row: Row | undefined
  /** Of its first frames: a clock that is ahead looks right when its frames are sent again later. */
  let hasIdentity: boolean | undefined
  const rowFor = (frame: Frame): Row => {
    if (frame.session !== undefined) return bySession(fates)
    if (frame.boot !== undefined) return byBoot(fates)
    if (isTrusted(frame)) return byClock(fates)
    return frame.seq === undefined ? byArrival(fates) : byNumber(fates)
  }
  const place = (frame: Frame) => {
    row ??= rowFor(frame)
    row.take(frame)
  }
  return {
    fates,
    take(frames) {
      hasIdentity ??= frames.some(
        (frame) => frame.session !== undefined || frame.boot !== undefined || isTrusted(frame),
      )
      if (hasIdentity) return frames.forEach(place)
      for (const frame of resends.fresh(frames)) place(frame)
    },
    shown() {
      const shown = row?.shown() ?? null
      return resends.contradicts(shown) ? null : shown
    },
    missing: () => row?.missing() ?? 0,
  }
}

/** Arrival decides; a repetition cannot be detected. */
function byArrival(fates: ToyServer['fates']): Row {
  let shown: boolean | null = null
  return {
    take(frame) {
      shown = frame.occupied
      fates[frame.index] = 'stored'
    },
    shown: () => shown,
    missing: () => 0,
  }
}

/** The board names its boot: a new name is a new boot. */
function byBoot(fates: ToyServer['fates']): Row {
  const boots = new Map<string, Map<number, Set<string>>>()
  let newest: Frame | undefined
  return {
    take(frame) {
      const { boot = '', seq = 0 } = frame
      const isNewBoot = !boots.has(boot)
      const numbers = boots.getOrInsertComputed(boot, () => new Map<number, Set<string>>())
      const payloads = numbers.getOrInsertComputed(seq, () => new Set<string>())
      fates[frame.index] = payloads.has(payloadOf(frame)) ? 'duplicate' : 'stored'
      payloads.add(payloadOf(frame))
      if (isNewBoot || (boot === newest?.boot && seq > (newest.seq ?? 0))) newest = frame
    },
    shown: () => newest?.occupied ?? null,
    missing: () => [...boots.values()].reduce((sum, numbers) => sum + holesIn([...numbers.keys()]), 0),
  }
}

const stepBackMs = 10_000
const stepNumbers = 64

/** The device has a clock that can be believed, with or without a number. */
function byClock(fates: ToyServer['fates']): Row {
  const frames = new Map<string, Frame>()
  let newest: Frame | undefined
  /** A payload returned within one device time: which was the last is not known. */
  let doubted: number | undefined
  const isNewer = ({ seq, time = 0 }: Frame) => {
    if (!newest || time > (newest.time ?? 0)) return true
    const back = (newest.time ?? 0) - time
    if (seq === undefined || newest.seq === undefined) return back === 0
    return back <= stepBackMs && seq > newest.seq && seq - newest.seq <= stepNumbers
  }
  return {
    take(frame) {
      const key = `${frame.seq} ${frame.time} ${payloadOf(frame)}`
      fates[frame.index] = frames.has(key) ? 'duplicate' : 'stored'
      if (frames.has(key)) {
        if (frame.time === newest?.time && frame.occupied !== newest?.occupied) doubted = frame.time
        return
      }
      frames.set(key, frame)
      if (isNewer(frame)) newest = frame
    },
    shown: () => (newest === undefined || doubted === newest.time ? null : newest.occupied),
    missing: () => holesByTime([...frames.values()]),
  }
}

function holesByTime(frames: Frame[]): number {
  const numbers = frames
    .toSorted((a, b) => (a.time ?? 0) - (b.time ?? 0) || (a.seq ?? 0) - (b.seq ?? 0))
    .map(({ seq }) => seq)
  let missing = 0
  for (const [i, seq] of numbers.entries()) {
    const before = numbers[i - 1]
    if (seq !== undefined && before !== undefined && seq > before) missing += seq - before - 1
  }
  return missing
}
