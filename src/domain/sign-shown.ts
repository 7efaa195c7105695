/**
 * What a sign shows where it is shown: as its fold has decided it, and blank where that is too old. The fold cannot judge its own age: it
 * stands still when processing does. The rules: docs/specs/signs.md.
 */
import type { SignReason, SignShow } from '@baykeeper/contract/vocabulary.ts'
import type { SignRow } from './folds/sign-rows.ts'
import { type Sign, signText } from './sign.ts'

/** Milliseconds; undefined: not known. */
export interface SignAges {
  /** Of the newest message or heartbeat that is processed. */
  readonly processing: number | undefined
  /** Of the newest message of its sensors. */
  readonly reading: number | undefined
}

export interface ShownSign {
  readonly id: string
  readonly sign: Sign
  readonly row: SignRow
  readonly show: SignShow
  readonly value: number | null
  readonly text: string
  readonly reason: SignReason
  readonly ages: SignAges
  /** What is counted is older than it allows, also while it shows something else: not to be given as what is free now. */
  readonly isOld: boolean
}

/** Undefined for a sign that was removed. `now`: milliseconds since the epoch. */
export function shownSign(row: SignRow, ages: SignAges, now: number): ShownSign | undefined {
  const { sign, id } = row
  if (!sign) return undefined
  const old = oldBy(sign, ages)
  const doubt = ageDoubt(row, old, now)
  const show = doubt ? 'blank' : row.show
  const value = doubt ? null : row.value
  const text = signText(sign, show, value)
  return { id, sign, row, show, value, text, reason: doubt ?? row.reason, ages, isOld: old !== undefined }
}

function oldBy({ trust }: Sign, { processing, reading }: SignAges) {
  if (processing === undefined) return 'starting'
  if (Math.abs(processing) > trust.behindS * 1_000) return 'processing-behind'
  if (trust.readingS === null) return undefined
  return reading === undefined || reading > trust.readingS * 1_000 ? 'readings-old' : undefined
}

/** What a person has set needs no reading, until it ends. */
function ageDoubt({ mode, modeUntil }: SignRow, old: ReturnType<typeof oldBy>, now: number): SignReason | undefined {
  if (mode === 'auto') return old
  const isBehind = old !== undefined && old !== 'readings-old'
  return isBehind && modeUntil !== null && modeUntil <= now ? 'mode-ended' : undefined
}

/** What is known of its places now; null: not known. `coverage`: share of its places that is known, 0 to 1; null too without a place. */
export function countedOf({ row, isOld }: Pick<ShownSign, 'row' | 'isOld'>): {
  readonly known: number | null
  readonly free: number | null
  readonly coverage: number | null
} {
  const { known, free, capacity } = row
  if (isOld) return { known: null, free: null, coverage: null }
  return { known, free, coverage: capacity > 0 ? known / capacity : null }
}
