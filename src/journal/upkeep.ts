/** Periodic work of a writer besides its appends: free disk space, and removable segments. */
import type { Clock } from '../lib/clock.ts'
import type { Files } from '../lib/files.ts'

const everyMs = 5_000

export interface Upkeep {
  /** Looks again when the last look was a while ago. */
  look(): void
  /** Resolves when no look is under way. */
  settled(): Promise<void>
  freeBytes(): number
  /** Message when that share of the disk is in use. */
  fullerThan(ratio: number): string | undefined
}

export function createUpkeep(options: {
  readonly files: Files
  readonly dir: string
  readonly clock: Clock
  readonly removeReleased: () => Promise<void>
}): Upkeep {
  const { files, dir, clock, removeReleased } = options
  let lookedAt = Number.NEGATIVE_INFINITY
  let running: Promise<void> = Promise.resolve()
  let space = { totalBytes: 0, freeBytes: 0 }
  return {
    look() {
      if (clock.monotonic() - lookedAt <= everyMs) return
      lookedAt = clock.monotonic()
      running = running.then(async () => {
        space = await files.space(dir).catch(() => space)
        // A failed removal is retried at the next check; no record is at risk.
        await removeReleased().catch(() => {})
      })
    },
    settled: () => running,
    freeBytes: () => space.freeBytes,
    fullerThan(ratio) {
      const used = space.totalBytes > 0 ? 1 - space.freeBytes / space.totalBytes : 0
      return used >= ratio ? `${Math.floor(used * 100)} % of the disk is in use` : undefined
    },
  }
}
