/** The segment that is written to, and those before it that are being finished. */
import { type ActiveSegment, seal } from './active-segment.ts'
import type { Mark } from './groups.ts'
import type { Retention } from './retention.ts'
import type { CheckpointPlace } from './segment.ts'

/** What is durable so far. */
export interface Progress {
  readonly id: string
  readonly fence: number
  durable: Mark
  checkpoint: CheckpointPlace | undefined
}

export interface CurrentSegment {
  readonly active: ActiveSegment | undefined
  /** The write under way may have left records on the disk that are going to be refused. */
  hasTraces: boolean
  /** The segment before is finished, and this one is written to from now on. */
  enter(target: ActiveSegment): void
  /** A file whose sync failed is not touched again: what lies behind its durable end is void by the next segment's header. */
  abandon(segment: ActiveSegment): void
  /** A segment that could not be taken back voids what would be written to the one before it: only a newer one is safe now. */
  leaveTraces(target: ActiveSegment): void
  /** Seals the active segment; resolves when those before it are finished too. */
  close(): Promise<void>
}

export function createCurrentSegment(retention: Retention, progress: Progress): CurrentSegment {
  let active: ActiveSegment | undefined
  let retiring: Promise<void> = Promise.resolve()
  let traces = false

  function abandon(segment: ActiveSegment) {
    retention.sized(segment.plan.ordinal, segment.offset)
    active = undefined
    traces = true
    // Its durable end is known; the file is not touched again.
    retiring = Promise.all([retiring, segment.file.close().catch(() => {})]).then(() => {})
  }

  return {
    get active() {
      return active
    },
    get hasTraces() {
      return traces
    },
    set hasTraces(has) {
      traces = has
    },
    enter(target) {
      const { header, path } = target
      const before = active
      if (before) retiring = Promise.all([retiring, retire(retention, before, progress.durable)]).then(() => {})
      retention.begin({ ...header, path })
      active = target
    },
    abandon,
    leaveTraces({ header: { ordinal, madeAt }, path }) {
      traces = true
      retention.begin({ ordinal, first: undefined, path, madeAt })
      if (active) abandon(active)
    },
    async close() {
      if (active) {
        const { file } = active
        // Records are synced already; recovery finds their end without a seal.
        await sealActive(active, 'closed', progress.durable)
          .then(() => file.sync())
          .catch(() => {})
        // Records are synced already; recovery finds their end without a seal.
        await file.close().catch(() => {})
      }
      await retiring
    },
  }
}

/** The previous segment is closed later: the header of the next one holds its end. */
async function retire(retention: Retention, segment: ActiveSegment, end: Mark) {
  retention.sized(segment.plan.ordinal, segment.offset)
  // The header of the next segment holds its end.
  await sealActive(segment, 'continued', end).catch(() => {})
  // All of it is synced.
  await segment.file.close().catch(() => {})
}

async function sealActive({ file, plan, offset }: ActiveSegment, how: 'closed' | 'continued', end: Mark) {
  await file.truncate(offset)
  const mark = { ...end, number: Math.max(end.number, plan.number) }
  await seal(file, how, { salt: plan.salt, offset, end: mark })
}
