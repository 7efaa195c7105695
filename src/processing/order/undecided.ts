/**
 * Frames with a number and neither clock nor boot that may be a restart, a repetition or late: the undecided run of a device and how it is
 * decided, by the frames after it and by nothing else (docs/specs/ordering.md, O8 to O11).
 */

/**
 * - `same`: number and payload are stored;
 * - `other`: the number is stored with another payload;
 * - `hole`: the number is missing between the lowest and the highest of its boot;
 * - `below`: the number is below the first of its boot.
 */
export type Match = 'same' | 'other' | 'hole' | 'below'
/** `resend`: it waits for the end of what its connection repeats; it is in no run. */
export type WaitsFor = Match | 'resend'

export interface RunFrame {
  readonly seq: number
  readonly hash: number
  readonly match: WaitsFor
  /** Whose numbers it was compared with: of a frame that equals the boot before, of that one. */
  readonly epoch: number
  /** It is the first frame of a connection. */
  readonly began: boolean
}

/** `next`: it goes on in the current boot. */
export type Verdict = 'repetition' | 'possible-repeat' | 'late' | 'boot' | 'next'

export const runMax = 64
/** Proof, in bits, that makes chance an unlikely reason for a run that equals what is stored. */
export const proofBits = 16
/** A number after a restart follows within this. */
const stepMax = 64

/** Two ascending frames that are not stored, and not only holes: no repetition and no late frame does that. */
export function isRestart(run: readonly RunFrame[]): boolean {
  const last = run.at(-1)
  if (last === undefined || last.match === 'same') return false
  return run.some(
    ({ seq, match }) => seq < last.seq && match !== 'same' && !(match === 'hole' && last.match === 'hole'),
  )
}

/**
 * How unlikely it is that two boots send such payloads. A board that sends only changes sends taken, free, taken, ... in every boot, and one that sends
 * a sign of life repeats itself: neither is any proof, and neither are the numbers that were lost between (taken and free alternate with the number
 * then). So of two payloads only steps of one number count. Payloads of more than two kinds are worth one bit a change.
 */
export function bitsIn(frames: readonly { readonly hash: number; readonly seq?: number | null }[]): number {
  const isMany = new Set(frames.map(({ hash }) => hash)).size > 2
  let steps = 0
  let changes = 0
  for (const [i, { hash, seq }] of frames.entries()) {
    const before = frames[i - 1]
    if (before === undefined) continue
    const isStep = typeof seq !== 'number' || typeof before.seq !== 'number' || seq - before.seq === 1
    if (!isMany && !isStep) continue
    steps++
    if (hash !== before.hash) changes++
  }
  if (changes === 0 || isMany) return changes
  const share = changes / steps
  return share === 1 ? 0 : -steps * (share * Math.log2(share) + (1 - share) * Math.log2(1 - share))
}

/** Equals what is stored, frame for frame, with proof that it is no chance. */
export const isRepetition = (run: readonly RunFrame[]): boolean =>
  run.length > 0 && run.every(({ match }) => match === 'same') && (run[0]?.began === true || bitsIn(run) >= proofBits)

/** Where the ascending end of the run begins. */
function ascendingFrom(run: readonly RunFrame[]): number {
  let at = run.length - 1
  while (at > 0 && (run[at - 1] as RunFrame).seq < (run[at] as RunFrame).seq) at--
  return Math.max(0, at)
}

/** What decides a run: two ascending frames in it, a frame above the highest number, one across the end of the counter, or its length. */
export type Decider =
  | { readonly kind: 'restart' }
  | { readonly kind: 'full' }
  | { readonly kind: 'next'; readonly seq: number }
  | { readonly kind: 'wrap'; readonly seq: number; readonly width: number }

/** What becomes of each frame. `maxSeq`: the highest number of the current boot. */
export function verdicts(run: readonly RunFrame[], by: Decider, maxSeq: number): Verdict[] {
  const bootFrom =
    by.kind === 'restart' || (by.kind === 'next' && isFollowedBy(run, by.seq)) ? ascendingFrom(run) : run.length
  const decided: Verdict[] = []
  let max = maxSeq
  while (decided.length < bootFrom) {
    const stretch = run.slice(decided.length, stretchEnd(run, decided.length, bootFrom, max))
    decided.push(...verdictsOf(stretch, by, max))
    if (decided.at(-1) === 'next') max = (stretch.at(-1) as RunFrame).seq
  }
  while (decided.length < run.length) decided.push('boot')
  return decided.map((verdict, i) => (verdict === 'late' && isAgain(run, decided, i) ? 'possible-repeat' : verdict))
}

/** Which of two equal frames is the late one is not known: the other one is of the current boot. */
const isAgain = (run: readonly RunFrame[], decided: readonly Verdict[], i: number) =>
  run.some((frame, k) => (decided[k] === 'boot' || decided[k] === 'next') && isEqual(frame, run[i]))
const isEqual = (a: RunFrame, b: RunFrame | undefined) => a.seq === b?.seq && a.hash === b.hash

/**
 * Where the frames that may be one repetition end. What is repeated comes in the order in which it was sent: from this boot it does not go on in
 * the boot before. And frames above the highest that are repeated with the rest of this boot are of this boot.
 */
function stretchEnd(run: readonly RunFrame[], from: number, to: number, max: number): number {
  for (let i = from + 1; i < to; i++) {
    const [a, b] = [run[i - 1] as RunFrame, run[i] as RunFrame]
    if (a.seq <= max && b.seq > max && !isOfOne(run.slice(from, i), b.epoch)) return i
    if (a.seq > max && b.seq <= max && run.slice(i, to).some((frame) => isEqual(frame, a))) return i
  }
  return to
}

/** All of them equal this boot. */
export const isOfOne = (run: readonly RunFrame[], boot: number | null) => run.every(({ epoch }) => epoch === boot)

function verdictsOf(stretch: readonly RunFrame[], by: Decider, max: number): Verdict[] {
  if (by.kind !== 'restart' && isRepetition(stretch)) return stretch.map(() => 'repetition')
  const nextFrom = isGoneOnFrom(stretch.at(-1), by) ? aheadFrom(stretch, max) : stretch.length
  return stretch.map(({ match }, i): Verdict => {
    if (i >= nextFrom) return 'next'
    return match === 'hole' || match === 'below' ? 'late' : 'possible-repeat'
  })
}

/** Where its ascending end above the highest number begins: that equals the boot before by chance, when the numbers go on from it. */
function aheadFrom(stretch: readonly RunFrame[], max: number): number {
  const from = ascendingFrom(stretch)
  const above = stretch.findIndex(({ seq }, i) => i >= from && seq > max)
  return above === -1 ? stretch.length : above
}

function isGoneOnFrom(last: RunFrame | undefined, by: Decider): boolean {
  if (last === undefined || by.kind === 'restart' || by.kind === 'full') return false
  const steps = (by.kind === 'wrap' ? by.width : 0) + by.seq - last.seq
  return steps > 0 && steps <= stepMax
}

/** A number that is stored with another payload, and the next frame goes on from there: together two ascending frames. */
function isFollowedBy(run: readonly RunFrame[], nextSeq: number): boolean {
  const last = run.at(-1)
  const hasOther = run.slice(ascendingFrom(run)).some(({ match }) => match === 'other')
  return last !== undefined && hasOther && nextSeq - last.seq <= stepMax
}
