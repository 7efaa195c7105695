/** The six stages of the line and what about them is not normal. Colour is for that alone. Pure. */

import type { SourceStatus } from '@baykeeper/contract/ledger.ts'
import type { Kpi } from '@baykeeper/contract/live.ts'
import { grownBy, type Look } from './figures.ts'

export const stageNames = ['sources', 'journal', 'decode', 'commit', 'live', 'streams'] as const
export type StageName = (typeof stageNames)[number]

export type Fault =
  | { readonly of: 'source-down'; readonly names: readonly string[]; readonly state: SourceStatus['state'] }
  | {
      readonly of:
        | 'refused'
        | 'intake-down'
        | 'disk'
        | 'sync'
        | 'quarantined'
        | 'database-down'
        | 'stands'
        | 'commit'
        | 'old'
    }
  | { readonly of: 'behind'; readonly pending: number }
  | { readonly of: 'weak'; readonly count: number }

/** `bad`: readings do not advance; `warn`: an operator should look. */
export interface Finding {
  readonly tone: 'warn' | 'bad'
  readonly fault: Fault
}

/** The database is asked twice a second. */
const storeAgeMsMax = 5_000
/** Intake refuses when the disk has less than a share of it; this comes well before. */
const freeBytesMin = 2 * 1_024 ** 3
/** Every waiting sender depends on the journal sync. */
const syncMsMax = 250
const commitMsMax = 1_000

export function findingsOf(
  history: readonly Look[],
  sources: readonly SourceStatus[],
  pipeline: Kpi['pipeline'],
  /** Database settings that weaken durability. */
  weaknesses: readonly string[],
): ReadonlyMap<StageName, Finding> {
  const look = history.at(-1)
  const found = new Map<StageName, Finding>()
  const note = (stage: StageName, tone: Finding['tone'], fault: Fault) => {
    if (found.get(stage)?.tone !== 'bad') found.set(stage, { tone, fault })
  }
  const grew = (of: (look: Look) => number | undefined) => (grownBy(history, of) ?? 0) > 0
  const above = (value: number | undefined, most: number) => value !== undefined && value > most

  if (grew((each) => each.refused)) note('sources', 'warn', { of: 'refused' })
  const away = sources.filter(({ state }) => state === 'down' || state === 'waiting')
  if (away[0])
    note('sources', away.some(({ state }) => state === 'down') ? 'bad' : 'warn', {
      of: 'source-down',
      names: away.map(({ name }) => name),
      state: away[0].state,
    })
  if (pipeline === 'intake-down') note('sources', 'bad', { of: 'intake-down' })
  if (above(look?.syncMsP99, syncMsMax)) note('journal', 'warn', { of: 'sync' })
  if (look?.freeBytes !== undefined && look.freeBytes < freeBytesMin) note('journal', 'bad', { of: 'disk' })
  if (grew((each) => each.quarantined)) note('decode', 'warn', { of: 'quarantined' })
  if (pipeline === 'behind') note('decode', 'warn', { of: 'behind', pending: look?.pending ?? 0 })
  if (weaknesses.length > 0) note('commit', 'warn', { of: 'weak', count: weaknesses.length })
  if (above(look?.commitMsP99, commitMsMax)) note('commit', 'warn', { of: 'commit' })
  if (pipeline === 'not-advancing') note('commit', 'bad', { of: 'stands' })
  if (pipeline === 'database-down') note('commit', 'bad', { of: 'database-down' })
  if (above(look?.storeAgeMs, storeAgeMsMax)) note('live', 'warn', { of: 'old' })
  return found
}
