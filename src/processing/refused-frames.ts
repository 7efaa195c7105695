/**
 * Finds the frames of one record whose rows the store refuses, by trying halves: a trial is a commit that is taken back at its end. What
 * was accepted before is part of every later trial, because a row may be refused for what came before it.
 */
import type { DecodedFrame } from './decode-record.ts'
import { kindOf } from './trouble.ts'

/** Frames tried in all. A record so large that this is not enough is set aside whole: others wait meanwhile. */
const framesTriedMax = 2_000_000

/** Throws what the commit of these frames would throw. */
export type Trial = (frames: readonly DecodedFrame[]) => Promise<void>

/** Why each was refused, by its index; undefined when the search would take too long. Throws what is no fault of a row. */
export async function refusedFrames(
  frames: readonly DecodedFrame[],
  trial: Trial,
): Promise<ReadonlyMap<number, string> | undefined> {
  const refused = new Map<number, string>()
  const accepted: DecodedFrame[] = []
  let left = framesTriedMax
  await search(frames)
  return left < 0 ? undefined : refused

  async function search(suspects: readonly DecodedFrame[]) {
    left -= accepted.length + suspects.length
    if (left < 0) return
    const reason = await refusal([...accepted, ...suspects])
    if (reason === undefined) {
      for (const frame of suspects) accepted.push(frame)
      return
    }
    const [only] = suspects
    if (suspects.length === 1 && only) refused.set(only.idx, reason)
    const middle = Math.ceil(suspects.length / 2)
    if (suspects.length > 1) {
      await search(suspects.slice(0, middle))
      await search(suspects.slice(middle))
    }
  }

  async function refusal(tried: readonly DecodedFrame[]): Promise<string | undefined> {
    try {
      await trial(tried)
      return undefined
    } catch (fault) {
      const kind = kindOf(fault)
      if (kind === 'data' || kind === 'unknown') return fault instanceof Error ? fault.message : String(fault)
      throw fault
    }
  }
}
