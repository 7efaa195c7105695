/** The commits that were begun and have not ended, in their order. One that follows a failed one fails too, so the first fault is reported. */
export interface CommitsUnderWay {
  readonly count: number
  add(commit: Promise<void>): void
  /** Resolves when fewer than this many are under way; rejects with the first fault. */
  fewerThan(count: number): Promise<void>
  /** Resolves when all have ended, one way or the other; they are forgotten then. */
  ended(): Promise<void>
}

export function createCommitsUnderWay(): CommitsUnderWay {
  let commits: Promise<void>[] = []
  return {
    get count() {
      return commits.length
    },
    add(commit) {
      // Its fault is reported where it is awaited.
      commit.then(
        () => commits.splice(commits.indexOf(commit), 1),
        () => {},
      )
      commits.push(commit)
    },
    async fewerThan(count) {
      while (commits.length >= count) await commits[0]
    },
    async ended() {
      await Promise.allSettled(commits)
      commits = []
    },
  }
}
