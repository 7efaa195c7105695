/** Finds, while the processor runs, which uplinks of the sources with a network storage are missing: gaps of the last days, newest first. */
import { gapsMax, type MissingNumbers } from '../domain/missing-uplinks.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { dayMs, dayNumber } from '../lib/utc-day.ts'
import type { StoredLoss } from '../store/losses.ts'
import type { Store } from '../store/store.ts'

const everyMs = 5_000

export interface FindingDeps {
  readonly store: Pick<Store, 'losses' | 'findSeqs'>
  readonly storages: readonly { readonly source: string; readonly keepsHours: number }[]
  readonly clock: Clock
  readonly log: Pick<Log, 'warn'>
  onFound(numbers: readonly MissingNumbers[]): void
}

type StoredGap = Extract<StoredLoss, { cause: 'sequence-gap' }>

export function keepFindingMissing({ store, storages, clock, log, onFound }: FindingDeps) {
  /** What was found before: the numbers on both sides of a gap that did not change are the same. */
  let known = new Map<string, MissingNumbers>()
  let failed = false

  async function missingOf(gap: StoredGap): Promise<[string, MissingNumbers]> {
    const key = `${gap.device} ${gap.epoch} ${gap.from} ${gap.to}`
    const before = known.get(key)
    if (before) return [key, before]
    const beside = await store.findSeqs(gap.device, gap.epoch, [gap.from - 1, gap.to + 1])
    const timeOf = (seq: number) => beside.find((one) => one.seq === seq)?.time
    const { source, external, from, to } = gap
    return [key, { source, device: external, from, to, after: timeOf(from - 1), before: timeOf(to + 1) }]
  }

  async function find() {
    const found = new Map<string, MissingNumbers>()
    for (const { source, keepsHours } of storages) {
      const from = dayNumber(clock.now() - keepsHours * 3_600_000 - dayMs)
      const { items } = await store.losses({ cause: 'sequence-gap', source, from, limit: gapsMax })
      for (const item of items) if (item.cause === 'sequence-gap') found.set(...(await missingOf(item as StoredGap)))
    }
    known = found
    onFound([...found.values()])
  }

  return {
    async run(signal: AbortSignal) {
      if (storages.length === 0) return
      for (;;) {
        try {
          await find()
          failed = false
        } catch (fault) {
          if (!failed)
            log.warn('what is missing could not be read; it is tried again', { reason: (fault as Error).message })
          failed = true
        }
        await clock.sleep(everyMs, signal)
      }
    },
  }
}
