/** Overrides on the wire. */
import type { NewOverride, Override } from '@baykeeper/contract/override.ts'
import { bayFlagBits, bayFlags } from '@baykeeper/contract/vocabulary.ts'
import type { OverrideRow } from '../store/store.ts'
import { iso } from './wire.ts'

/** `baysShown`: of its bays, the first so many. */
export const overrideOnWire = (row: OverrideRow, baysShown = row.bays.length): Override => ({
  id: row.id,
  bays: row.bays.slice(0, baysShown),
  bay_count: row.bays.length,
  state: row.state,
  since: iso(row.from),
  until: row.until === null ? null : iso(row.until),
  author: row.author,
  reason: row.reason,
  occasion: row.occasion,
  ended: row.endedAt === null ? null : iso(row.endedAt),
  ended_by: row.endedBy,
})

/** Whether the same override is asked for again; its end may be relative to now, and is not compared. */
export const isSameOverride = (row: OverrideRow, asked: NewOverride, bays: readonly string[]): boolean =>
  row.state === asked.state &&
  row.reason === asked.reason.trimEnd() &&
  row.occasion === (asked.occasion ?? null) &&
  (asked.from === undefined || Date.parse(asked.from) === row.from) &&
  (asked.until === undefined || Date.parse(asked.until) === row.until) &&
  row.bays.length === bays.length &&
  row.bays.every((bay, i) => bay === bays[i])

export const flagsOf = (flags: number) => bayFlags.filter((flag) => (flags & bayFlagBits[flag]) !== 0)
