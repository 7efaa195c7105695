/** Commits under way at one store (S5). */

/** The database still writes the states of one batch while the readings of the next come in. */
export const commitsUnderWayMax = 2

export interface Commits {
  /** Runs commits in the order of asking. `before` resolves when the one before has ended, one way or the other; undefined when none is under way. */
  enter(commit: (before: Promise<void> | undefined) => Promise<void>): Promise<void>
}

export function createCommits(): Commits {
  let last: Promise<void> | undefined
  return {
    async enter(commit) {
      const mine = commit(last)
      // Its fault is the caller's to hear.
      const ended = mine.catch(() => {})
      last = ended
      try {
        await mine
      } finally {
        if (last === ended) last = undefined
      }
    },
  }
}
