/** O7: a frame with a number and nothing else (docs/specs/ordering.md). */
import type { Behind } from './facts.ts'
import type { OrderState, Span } from './order-state.ts'
import type { Device, Lookup, Numbered, Placement } from './place.ts'
import type { Match } from './undecided.ts'

/** A number may rise by so many at once, from losses; and a wrap is seen within so many of its ends. */
export const seqStepMax = 64
/** No board loses so many frames in a row between two that arrive. */
export const lossMax = 2 ** 15
const counterWidths = [2 ** 8, 2 ** 16, 2 ** 32]

/** Width of the counter when `seq` follows `max` across its end. */
export const wrapWidth = (max: number, seq: number): number | undefined =>
  seq < seqStepMax ? counterWidths.find((width) => max < width && width - max <= seqStepMax) : undefined

/** The evidence of the transport (O1) was asked before. */
export async function placeByNumber(
  order: OrderState,
  device: Device,
  facts: Numbered,
  look: Lookup,
): Promise<Placement> {
  const { seq, hash, connection, behind } = facts
  const { epoch, minSeq, maxSeq } = device
  if (maxSeq === null || minSeq === null) return { kind: 'next' }
  if (order.name !== undefined) return { kind: 'boot' }
  const before = order.boots.find((span) => span.epoch === order.before)
  const began = connection !== undefined && connection !== order.connection
  const undecided = (match: Match, of: number): Placement => ({ kind: 'undecided', match, epoch: of, began })
  // Frames that wait above the highest may be of this boot: its numbers go on from them.
  const top = Math.max(maxSeq, behind?.seq ?? maxSeq)
  // A number just below the end of a counter that has just begun again is one of before, and no step over all between them.
  if (seq - maxSeq > lossMax && wrapWidth(seq, maxSeq) !== undefined) return { kind: 'boot' }
  if (seq > maxSeq) return before ? placeAbove(before, { ...facts, maxSeq, top }, look, undecided) : { kind: 'next' }
  const isBehind = behind !== undefined && seq > behind.seq
  const width = began || isBehind ? undefined : wrapWidth(top, seq)
  // With no number lost across the end, a wrap is likelier than a repetition or a restart in spite of what is stored under the number.
  if (width !== undefined && width - top + seq === 1) return { kind: 'wrap', width }
  const row = seq >= minSeq ? await look.inEpoch(epoch, seq) : undefined
  const isOfBefore = before !== undefined && (await inSpan(before, seq, look))?.hash === hash
  if (isOfBefore || row?.hash === hash) return undecided('same', isOfBefore ? before.epoch : epoch)
  if (width !== undefined) return { kind: 'wrap', width }
  return undecided(row ? 'other' : seq < minSeq ? 'below' : 'hole', epoch)
}

const inSpan = async ({ epoch, min, max }: Span, seq: number, look: Lookup) =>
  seq >= min && seq <= max ? look.inEpoch(epoch, seq) : undefined

/** Above the highest: the next, unless the boot before explains it. */
async function placeAbove(
  before: Span,
  { seq, hash, behind, maxSeq, top }: Numbered & { readonly maxSeq: number; readonly top: number },
  look: Lookup,
  undecided: (match: Match, of: number) => Placement,
): Promise<Placement> {
  if (seq < before.min || seq > before.max) return { kind: 'next' }
  const row = await inSpan(before, seq, look)
  if (row === undefined) return Math.abs(seq - top) > seqStepMax ? undecided('hole', before.epoch) : { kind: 'next' }
  if (row.hash !== hash) return { kind: 'next' }
  const isNext = seq === maxSeq + 1 && !(await isContinued(before, seq, behind, look))
  return isNext ? { kind: 'next' } : undecided('same', before.epoch)
}

/** The frames before it wait and may be of the boot before, in which this one comes next: all of them may be repeated. */
async function isContinued(before: Span, seq: number, behind: Behind | undefined, look: Lookup): Promise<boolean> {
  if (!behind?.mayBeOfBefore) return false
  if (await inSpan(before, seq - 1, look)) return behind.seq === seq - 1
  const [below] = await look.around(before, seq - 1)
  return below?.seq === behind.seq
}
