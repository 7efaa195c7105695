/** The list of bays: filtered and ordered over the live state, a page at a time. */
import type { BayRow, baySorts } from '@baykeeper/contract/bay.ts'
import type { BayState, BayType } from '@baykeeper/contract/vocabulary.ts'
import { stayRuleOf } from '../domain/stay-rules.ts'
import type { Instant } from '../lib/brand.ts'
import { BadCursor, type OverstayRow } from '../store/store.ts'
import { bayFields, sinceAt, stateAt } from './live/bay-detail.ts'
import type { Presence } from './live/presence.ts'
import { iso } from './wire.ts'

export interface BayQuery {
  readonly id?: string | undefined
  readonly site?: string | undefined
  readonly level?: string | undefined
  readonly zone?: string | undefined
  readonly type?: BayType | undefined
  readonly state?: BayState | undefined
  readonly sort: (typeof baySorts)[number]
  readonly cursor?: string | undefined
  readonly limit: number
}

interface Beside {
  readonly now: Instant
  readonly overstays: ReadonlyMap<string, OverstayRow>
}

export function bayPage(presence: Presence, query: BayQuery, beside: Beside): { items: BayRow[]; next: string | null } {
  const { floor } = presence
  const ordered = inOrder(presence, query)
  const start = query.cursor === undefined ? 0 : startAfter(ordered, floor.indexOf.get(bayOf(query.cursor)))
  const page = ordered.slice(start, start + query.limit)
  const last = floor.bays[page.at(-1) ?? -1]
  const hasMore = start + page.length < ordered.length
  return {
    items: page.flatMap((index) => rowOf(presence, index, beside) ?? []),
    next: last && hasMore ? Buffer.from(last.id).toString('base64url') : null,
  }
}

/** Plan indexes of the bays that fit. */
function inOrder(presence: Presence, query: BayQuery): readonly number[] {
  const { floor } = presence
  const one = query.id === undefined ? undefined : floor.indexOf.get(query.id)
  const range = query.id === undefined ? [...floor.bays.keys()] : one === undefined ? [] : [one]
  const fitting = range.filter((index) => fits(presence, index, query))
  if (query.sort === 'plan') return fitting
  if (query.sort === '-plan') return fitting.reverse()
  const way = query.sort === 'since' ? 1 : -1
  const sinceOf = new Map(fitting.map((index) => [index, sinceAt(presence, index)]))
  const known = (index: number) => sinceOf.get(index) ?? null
  return fitting.sort((a, b) => {
    const [first, second] = [known(a), known(b)]
    if (first === null || second === null) return Number(first === null) - Number(second === null)
    return way * (first - second)
  })
}

function fits(presence: Presence, index: number, { site, level, zone, type, state }: BayQuery): boolean {
  const bay = presence.floor.bays[index]
  if (!bay || (zone !== undefined && !bay.zones.includes(zone))) return false
  if (type !== undefined && !bay.types.includes(type)) return false
  const at = presence.floor.levelOf(index)
  if ((site !== undefined && at.site.id !== site) || (level !== undefined && at.level.id !== level)) return false
  return state === undefined || stateAt(presence, index) === state
}

const bayOf = (cursor: string) => Buffer.from(cursor, 'base64url').toString()

function startAfter(ordered: readonly number[], index: number | undefined): number {
  const at = index === undefined ? -1 : ordered.indexOf(index)
  if (at >= 0) return at + 1
  throw new BadCursor('the bay that this page begins behind is not in the list any more: leave it out to start again')
}

function rowOf(presence: Presence, index: number, { now, overstays }: Beside): BayRow | undefined {
  const bay = presence.floor.bays[index]
  const fields = bayFields(presence, index, now)
  if (!bay || !fields) return undefined
  const rule = stayRuleOf(bay, presence.floor.levelOf(index).site)
  const over = overstays.get(bay.id)
  return {
    ...fields,
    rule: rule ? { max_stay_min: rule.maxStayMin, grace_min: rule.graceMin ?? 0 } : null,
    overstay: over ? { arrival: iso(over.arrival), begun: iso(over.begun) } : null,
  }
}
