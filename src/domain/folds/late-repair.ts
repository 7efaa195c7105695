/** What late readings repair: the stays of a bay that ended, the one that goes on, and their overstays. */
import { type Instant, instant } from '../../lib/brand.ts'
import { type BayStay, type EndedStay, never } from '../bay-stay.ts'
import type { DeviceRecord } from '../fold.ts'
import { rowOf, type StayParts, type StayRow } from './stay-row.ts'

export interface LateRepair {
  /** The bay of the layout that the device watches. */
  bayOf(device: DeviceRecord): string | undefined
  memoryOf(bay: string): Readonly<BayStay> | undefined
  /** Stays of the bay that ended and were not taken yet. */
  endedIn(bay: string): readonly StayRow[]
  /** What the readings of its device tell of the stay that goes on, without the late ones and with them. */
  correct(bay: string, was: Readonly<BayStay>, is: Readonly<BayStay>): void
  /** The same of a bay that its device does not watch any more: it is not known since then, and may have been left or taken before that. */
  correctFormer(bay: string, was: Readonly<BayStay>, is: Readonly<BayStay>, until: Instant): void
  /** No other device watches the bay. */
  isOnly(bay: string, device: DeviceRecord): boolean
  /** Late readings of one of several devices, or where a person had a part, cast doubt on the stay that goes on. */
  doubt(bay: string, readings: number): void
  /** These stays of the bay were none. */
  withdraw(bay: string, gone: readonly Pick<StayRow, 'arrival'>[]): void
  /** A stay that came to light. */
  restated(bay: string, stay: EndedStay, isNumbered: boolean): StayRow
}

export function lateRepair(parts: StayParts): LateRepair {
  const { memories, overstays, book } = parts
  return {
    bayOf: (device) => parts.watching.bayOf(device),
    memoryOf: (bay) => memories.of.get(bay),
    endedIn: book.of,
    correct(bay, was, is) {
      const memory = memories.of.get(bay)
      if (!memory || memory.arrival === null || memory.arrival !== was.arrival || is.arrival === null) return
      memories.mark(bay)
      const { arrival, arrivalErrorMs, hidden, corrections } = is
      memory.corrections += corrections - was.corrections
      if (memory.hidden === was.hidden) memory.hidden = hidden
      if (memory.arrivalErrorMs === was.arrivalErrorMs) memory.arrivalErrorMs = arrivalErrorMs
      if (arrival === was.arrival) return
      overstays.forget(bay, was.arrival)
      memory.arrival = arrival
      if (memory.lostAt === null) overstays.watch({ bay, arrival, notBefore: memory.notBefore })
    },
    correctFormer(bay, was, is, until) {
      if (is.lostAt === never) return
      const memory = memories.edit(bay)
      if (memory.lostAt === null) return
      if (was.arrival !== null && was.arrival !== is.arrival) overstays.forget(bay, was.arrival)
      const { lostAt, isUnheard, notBefore } = memory
      const since = lostAt === never ? until : instant(Math.max(lostAt, is.arrival ?? lostAt))
      Object.assign(memory, is, { lostAt: is.lostAt ?? since, isUnheard, notBefore })
    },
    isOnly(bay, device) {
      const own = memories.watchers.get(bay) ?? []
      return own.length === 1 && own[0] === device
    },
    doubt(bay, readings) {
      const memory = memories.of.get(bay)
      if (!memory || readings === 0) return
      memories.mark(bay)
      memory.corrections += readings
      memory.arrivalErrorMs = null
    },
    withdraw(bay, gone) {
      for (const { arrival } of gone) if (memories.of.get(bay)?.arrival !== arrival) overstays.forget(bay, arrival)
    },
    restated: (bay, ended, isNumbered) => rowOf(parts, { bay, ended, notBefore: null, isNumbered }),
  }
}
