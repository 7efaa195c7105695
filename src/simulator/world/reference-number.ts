/**
 * A number and nothing else. Frames that this boot and the one before do not explain are kept undecided until the frames after them tell: a new
 * boot, a repetition, or late frames.
 */
import { createBoots } from './reference-boots.ts'
import { type Frame, payloadOf, type Row, type ToyServer } from './server.ts'

const undecidedMax = 64
const repetitionBits = 16

export function byNumber(fates: ToyServer['fates']): Row {
  const boots = createBoots(fates)
  let undecided: Frame[] = []
  let shown: boolean | null = null
  let isDoubted = false
  let uncertain = false

  const sortOf = (frame: Frame) => boots.sortOf(frame, undecided.at(-1))

  function follow(frame: Frame) {
    boots.follow(frame)
    shown = frame.occupied
    isDoubted = false
  }

  /** A frame above the highest has come, or it lasts too long: this boot goes on. */
  function goOn(next?: Frame) {
    const from = next === undefined ? undecided.length : aheadFrom(next)
    const ahead = undecided.slice(from)
    settle(undecided.slice(0, from))
    undecided = []
    for (const frame of ahead) follow(frame)
  }

  /** Where the end above the highest begins, that equals the lap or boot before by chance: the numbers go on from it. */
  function aheadFrom({ seq: nextSeq = 0 }: Frame): number {
    let from = undecided.length
    const seqAt = (i: number) => undecided[i]?.seq ?? nextSeq
    while (from > 0 && boots.current().lap + seqAt(from - 1) > boots.current().max && seqAt(from - 1) < seqAt(from))
      from--
    return from > 0 && from < undecided.length && boots.isContinued(undecided[from - 1], seqAt(from))
      ? undecided.length
      : from
  }

  function settle(frames: readonly Frame[]) {
    const isRepetition = evidenceBits(frames) >= repetitionBits
    const allSame = frames.every((frame) => sortOf(frame) === 'same')
    for (const frame of frames) {
      const number = boots.current().lap + (frame.seq ?? 0)
      const sort = sortOf(frame)
      if (sort === 'hole') boots.put(frame, number)
      else if (sort === 'same' && allSame && isRepetition) fates[frame.index] = 'duplicate'
      else if (sort === 'other' && number < boots.current().min) boots.put(frame, number)
      else fates[frame.index] = 'possible-repeat'
    }
  }

  function isNewBoot(): boolean {
    const [a, b] = undecided.slice(-2)
    if (!a || !b || (b.seq ?? 0) <= (a.seq ?? 0)) return false
    const sorts = [sortOf(a), sortOf(b)]
    return !sorts.includes('same') && sorts.includes('other')
  }

  function begin(frames: readonly Frame[]) {
    boots.begin(frames)
    undecided = []
    shown = (frames.at(-1) as Frame).occupied
    isDoubted = false
  }

  return {
    take(frame) {
      if (boots.count === 0) return begin([frame])
      if (sortOf(frame) === 'next') {
        const isOvertaken = undecided.some(({ seq = 0 }) => seq > (frame.seq ?? 0))
        if (undecided.length > 0) goOn(frame)
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
    missing: () => (undecided.length > 0 || uncertain ? 'not certain' : boots.missing()),
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
 * evidence at all, and where a number was lost between, the same presence twice is none either.
 */
function evidenceBits(frames: readonly Frame[]): number {
  const isMany = new Set(frames.map(payloadOf)).size > 2
  const steps = frames
    .map((frame, i) => [frames[i - 1], frame] as const)
    .filter(([a, b]) => a !== undefined && (isMany || (b.seq ?? 0) - (a.seq ?? 0) === 1))
  const changes = steps.filter(([a, b]) => a && payloadOf(a) !== payloadOf(b)).length
  if (steps.length < 1 || isMany) return changes
  const share = changes / steps.length
  return share === 0 || share === 1
    ? 0
    : -steps.length * (share * Math.log2(share) + (1 - share) * Math.log2(1 - share))
}
