/** A dead letter given up: what stays of it. */
import { createHash } from 'node:crypto'
import type { DiscardOrder } from './losses.ts'
import type { StoredDeadLetter } from './store.ts'
import type { Discard } from './tables/discard.ts'

export function discardFrom(letter: StoredDeadLetter, { author, reason, now }: DiscardOrder): Discard {
  const { pos, idx, source, codec, arrived, code, bytes } = letter
  return {
    ...{ pos, idx, source, codec, arrived, code },
    frames: framesOf(letter),
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    discarded: now,
    author,
    reason,
  }
}

/** A record that could not be split as it was counted waits as one dead letter: its head has the number of frames. */
export function framesOf({ head }: Pick<StoredDeadLetter, 'head'>): number {
  try {
    const { frames } = JSON.parse(head) as { frames?: unknown }
    return typeof frames === 'number' && Number.isSafeInteger(frames) && frames > 0 ? frames : 1
  } catch {
    // A head of an earlier release stands for one frame.
    return 1
  }
}
