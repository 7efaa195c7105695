/** Losses that sources have noticed: the newest of each source to show, and those that no checkpoint in the journal holds yet. */
import type { SourceLoss } from '../sources/source.ts'

/** As it is journaled, so that it can be reported after a restart. */
export interface NamedLoss extends SourceLoss {
  readonly source: string
}

/** Shown per source; all of them are in the journal. */
const recentLossesMax = 32
/** Waiting for a journal that takes nothing. Beyond it the oldest are only in the counts. */
const unwrittenLossesMax = 4_096

export interface LossLog {
  /** True for a loss that goes on: it was noticed before, with the same cause and begin. */
  add(source: string, loss: SourceLoss): boolean
  /** Since the start, oldest first. */
  recent(source: string): readonly SourceLoss[]
  /** What the checkpoint in hand holds. */
  forCheckpoint(): readonly NamedLoss[]
  /** The checkpoint made last is in the journal. */
  checkpointed(): void
}

export function createLossLog(): LossLog {
  const recent = new Map<string, SourceLoss[]>()
  let unwritten: NamedLoss[] = []
  let written: readonly NamedLoss[] = []
  return {
    add(source, loss) {
      const { cause, from } = loss
      const list = recent.getOrInsertComputed(source, () => [])
      const before = list.findIndex((other) => from !== undefined && other.cause === cause && other.from === from)
      if (before >= 0) list.splice(before, 1)
      list.push(loss)
      if (list.length > recentLossesMax) list.shift()
      unwritten.push({ source, ...loss })
      if (unwritten.length > unwrittenLossesMax) unwritten.shift()
      return before >= 0
    },
    recent: (source) => recent.get(source) ?? [],
    forCheckpoint() {
      written = [...unwritten]
      return written
    },
    checkpointed() {
      const done = new Set(written)
      unwritten = unwritten.filter((loss) => !done.has(loss))
      written = []
    },
  }
}
