/**
 * A number and nothing else. Frames that this boot and the one before do not explain are kept undecided until the frames after them tell: a new
 * boot, a repetition, or late frames.
 */
import { type Frame, holesIn, payloadOf, type Row, type ToyServer } from './server.ts'

/** By number, unwrapped: 300 is 44 in the second lap of 8 bits. */
interface Boot {
  readonly payloads: Map<number, string>
  lap: number
  lapBefore: number
  max: number
  min: number
}
type Sort = 'next' | 'same' | 'hole' | 'other'

const wraps = [2 ** 8, 2 ** 16, 2 ** 32]
const wrapReach = 64
const undecidedMax = 64
const repetitionBits = 16

export function byNumber(fates: ToyServer['fates']): Row {
  const boots: Boot[] = []
  let undecided: Frame[] = []
  let shown: boolean | null = null
  let isDoubted = false
  let uncertain = false

  const boot = () => boots.at(-1) as Boot

  function put(frame: Frame, number: number, fate: 'stored' | 'possible-repeat' = 'stored') {
    const { payloads } = boot()
    fates[frame.index] = payloads.get(number) === payloadOf(frame) ? 'duplicate' : fate
    if (!payloads.has(number)) payloads.set(number, payloadOf(frame))
    boot().max = Math.max(boot().max, number)
    boot().min = Math.min(boot().min, number)
  }

  /** A frame above the highest, the lap counted in; undefined when it is not above. */
  function above(seq: number): number | undefined {
    const { lap, max } = boot()
    if (lap + seq > max) return lap + seq
    const wrap = wraps.find((size) => max - lap < size && max - lap >= size - wrapReach)
    return wrap !== undefined && seq <= wrapReach ? lap + wrap + seq : undefined
  }

  function sortOf(frame: Frame): Sort {
    const { seq = 0 } = frame
    const { lap, lapBefore, min, payloads } = boot()
    const before = boots.at(-2)
    const payload = payloadOf(frame)
    if (payloads.get(lap + seq) === payload || payloads.get(lapBefore + seq) === payload) return 'same'
    if (before?.payloads.get(before.lap + seq) === payload || before?.payloads.get(before.lapBefore + seq) === payload)
      return 'same'
    if (above(seq) !== undefined) return 'next'
    const number = lap + seq
    return number > min && !payloads.has(number) ? 'hole' : 'other'
  }

  function follow(frame: Frame) {
    const number = above(frame.seq ?? 0) as number
    const { lap } = boot()
    if (number - (frame.seq ?? 0) !== lap) Object.assign(boot(), { lap: number - (frame.seq ?? 0), lapBefore: lap })
    put(frame, number)
    shown = frame.occupied
    isDoubted = false
  }

  /** A frame above the highest has come, or it lasts too long: this boot goes on. */
  function goOn() {
    const isRepetition = evidenceBits(undecided.map(payloadOf)) >= repetitionBits
    const allSame = undecided.every((frame) => sortOf(frame) === 'same')
    for (const frame of undecided) {
      const number = boot().lap + (frame.seq ?? 0)
      const sort = sortOf(frame)
      if (sort === 'hole') put(frame, number)
      else if (sort === 'same' && allSame && isRepetition) fates[frame.index] = 'duplicate'
      else if (sort === 'other' && number < boot().min) put(frame, number)
      else fates[frame.index] = 'possible-repeat'
    }
    undecided = []
  }

  function isNewBoot(): boolean {
    const [a, b] = undecided.slice(-2)
    if (!a || !b || (b.seq ?? 0) <= (a.seq ?? 0)) return false
    const sorts = [sortOf(a), sortOf(b)]
    return !sorts.includes('same') && sorts.includes('other')
  }

  function begin(frames: readonly Frame[]) {
    boots.push({ payloads: new Map(), lap: 0, lapBefore: 0, max: -1, min: Number.POSITIVE_INFINITY })
    undecided = []
    for (const frame of frames) put(frame, frame.seq ?? 0)
    shown = (frames.at(-1) as Frame).occupied
    isDoubted = false
  }

  return {
    take(frame) {
      if (boots.length === 0) return begin([frame])
      if (sortOf(frame) === 'next') {
        const isOvertaken = undecided.some(({ seq = 0 }) => seq > (frame.seq ?? 0))
        if (undecided.length > 0) goOn()
        follow(frame)
        isDoubted = isOvertaken
        return
      }
      undecided.push(frame)
      fates[frame.index] = 'tentative'
      if (isNewBoot()) {
        const ascending = lastAscending(undecided)
        undecided = undecided.slice(0, -ascending.length)
        if (undecided.length > 0) goOn()
        return begin(ascending)
      }
      if (undecided.length < undecidedMax) return
      isDoubted ||= contradicts()
      uncertain = true
      goOn()
    },
    shown: () => (isDoubted || contradicts() ? null : shown),
    missing: () =>
      undecided.length > 0 || uncertain
        ? 'not certain'
        : boots.reduce((sum, { payloads }) => sum + holesIn([...payloads.keys()]), 0),
  }

  function contradicts() {
    return undecided.some(({ occupied }) => occupied !== shown)
  }
}

/** The end of a run, from where its numbers fell last. */
function lastAscending(frames: readonly Frame[]): readonly Frame[] {
  const from = frames.findLastIndex((frame, i) => {
    const before = frames[i - 1]
    if (!before) return false
    const fall = (before.seq ?? 0) - (frame.seq ?? 0)
    return fall > 0 || (fall === 0 && payloadOf(frame) !== payloadOf(before))
  })
  return frames.slice(Math.max(0, from))
}

/**
 * How unlikely it is that two boots send such a run. A board that sends only changes sends true, false, true, ... in every boot: that is no
 * evidence at all.
 */
function evidenceBits(payloads: readonly string[]): number {
  const steps = payloads.length - 1
  const changes = payloads.filter((payload, i) => i > 0 && payload !== payloads[i - 1]).length
  if (steps < 1 || new Set(payloads).size > 2) return changes
  const share = changes / steps
  return share === 0 || share === 1 ? 0 : -steps * (share * Math.log2(share) + (1 - share) * Math.log2(1 - share))
}
