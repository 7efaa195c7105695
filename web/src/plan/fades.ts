/**
 * Fades: bays that changed within the last 150 ms. A new mark is stamped over the old one with a weight that brings both
 * together by the end; at full weight the old one is gone. Nothing of the old state must be remembered.
 */
export interface Fades {
  add(bays: readonly number[], now: number): void
  /** Bays to stamp in this frame with one weight, 0..1; a group at weight 1 is over. */
  due(now: number): readonly Fading[]
  clear(): void
  readonly busy: boolean
}
interface Fading {
  readonly bays: readonly number[]
  readonly weight: number
}

export const fadeMs = 150
/** More than this at once is a storm, not a movement: painted at once. */
const fadingMax = 2_000
const frameMs = 1_000 / 60

export function createFades(still: () => boolean): Fades {
  let groups: { bays: readonly number[]; ends: number }[] = []
  return {
    add(bays, now) {
      const moving = groups.reduce((sum, group) => sum + group.bays.length, bays.length)
      groups.push({ bays, ends: still() || moving > fadingMax ? now : now + fadeMs })
    },
    due(now) {
      const fading = groups.map(({ bays, ends }) => ({ bays, weight: weightOf(ends - now) }))
      groups = groups.filter(({ ends }) => weightOf(ends - now) < 1)
      return fading
    },
    clear() {
      groups = []
    },
    get busy() {
      return groups.length > 0
    },
  }
}

/** With n frames left, 1/n of the rest is due now: equal steps on the screen. */
const weightOf = (leftMs: number): number => (leftMs <= frameMs ? 1 : Math.min(1, frameMs / leftMs))
