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
 * How unlikely it is that two boots send such payloads. A board that sends only changes says taken, free, taken, ... in every boot, and one that sends
 * a sign of life says the same: neither is any proof. Payloads of more than two kinds are worth one bit a change.
 */
export function bitsIn(frames: readonly { readonly hash: number }[]): number {
  const steps = frames.length - 1
  let changes = 0
  for (let i = 1; i <= steps; i++) if (frames[i]?.hash !== frames[i - 1]?.hash) changes++
  if (changes === 0 || new Set(frames.map(({ hash }) => hash)).size > 2) return changes
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

/** `maxSeq`: the highest number of the current boot. */
export type DecidedBy = 'restart' | 'full' | { readonly nextSeq: number; readonly maxSeq: number }

/** What becomes of each frame. `by` decides: the run itself, a frame above the highest number, or its length. */
export function verdicts(run: readonly RunFrame[], by: DecidedBy): Verdict[] {
  const alone = (frame: RunFrame): Verdict =>
    frame.match === 'hole' || frame.match === 'below' ? 'late' : 'possible-repeat'
  if (isRepetition(run)) return run.map(() => 'repetition')
  const tail = ascendingFrom(run)
  if (typeof by === 'object' && isAhead(run, by)) return run.map(() => 'next')
  const isBoot = by === 'restart' || (by !== 'full' && isFollowedBy(run, tail, by.nextSeq))
  return run.map((frame, i) => (isBoot && i >= tail ? 'boot' : alone(frame)))
}

/** All of it lies between the highest number and the frame that decides: it equals the boot before by chance. */
const isAhead = (
  run: readonly RunFrame[],
  { nextSeq, maxSeq }: { readonly nextSeq: number; readonly maxSeq: number },
) => run.every(({ seq }, i) => seq > (run[i - 1]?.seq ?? maxSeq)) && isNear(run.at(-1)?.seq ?? maxSeq, nextSeq)
const isNear = (seq: number, nextSeq: number) => nextSeq > seq && nextSeq - seq <= stepMax

/** A number that is stored with another payload, and the next frame goes on from there: together two ascending frames. */
function isFollowedBy(run: readonly RunFrame[], tail: number, nextSeq: number): boolean {
  const last = run.at(-1)
  const hasOther = run.slice(tail).some(({ match }) => match === 'other')
  return last !== undefined && hasOther && nextSeq - last.seq <= stepMax
}
