/** The row of a stay that ended, and what the fold of stays works with. */
import type { BayState } from '@baykeeper/contract/vocabulary.ts'
import type { Instant } from '../../lib/brand.ts'
import { type EndedStay, isCertain } from '../bay-stay.ts'
import type { Overstays } from '../overstays.ts'
import type { Watching } from '../watching.ts'
import type { BayMemories } from './bay-memories.ts'
import type { EventOf } from './fold.ts'

export interface StayRow {
  /** DeviceState.id of the device that reported the arrival; 0: none did. */
  readonly device: number
  readonly arrival: Instant
  readonly departure: Instant
  readonly dwellMs: number
  /** Of a device that watches no bay of the layout: the one that it claims. */
  readonly bay: string | null
  /** Nothing of it is in doubt. */
  readonly certain: boolean
  /** How often it was corrected. */
  readonly corrections: number
  /** Bound on the error of arrival and departure; null: none is known. */
  readonly maxErrorMs: number | null
  /** Stays that may hide in it; null: not known, as its device does not count its readings. */
  readonly hiddenMax: number | null
  /** Null: the bay has no rule. */
  readonly overstayMin: number | null
}

/** Where stays are kept until they are taken: they are many, and not kept as objects. */
export interface StayBook<Rows> {
  add(stay: StayRow): void
  /** Those of a bay that were not taken yet. */
  of(bay: string): readonly StayRow[]
  take(): Rows
}

/** What the fold works with. */
export interface StayParts {
  watching: Watching
  readonly memories: BayMemories
  readonly overstays: Overstays
  readonly book: StayBook<unknown>
  /** Of the reading that is being applied. */
  gap: EventOf<'skipped'> | undefined
  /** The bay as it is now: its state, and doubts about it (`bayFlagBits`). */
  readonly stateOf: (bay: string) => BayState
  readonly flagsOf: (bay: string) => number
}

interface Ended {
  readonly bay: string
  readonly ended: EndedStay
  readonly notBefore: Instant | null
  /** Its device counts its readings. */
  readonly isNumbered: boolean
}

/** With its overstay, which ends. */
export function rowOf({ overstays }: StayParts, { bay, ended, notBefore, isNumbered }: Ended): StayRow {
  const { device, arrival, departure, maxErrorMs, hidden, corrections } = ended
  return {
    ...{ device, arrival, departure, dwellMs: departure - arrival, bay, certain: isCertain(ended) },
    ...{ corrections, maxErrorMs, hiddenMax: isNumbered ? hidden : null },
    overstayMin: overstays.end({ bay, arrival, notBefore }, departure),
  }
}
