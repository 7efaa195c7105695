/**
 * The overrides of bays: which one counts for a bay, when each begins and ends, and what of it is stored. The newest in force counts; when it ends
 * the one beneath it counts again. One that is planned ahead counts from its begin.
 */
import { type Instant, instant } from '../../lib/brand.ts'
import type { BayOverride, DeskEntry } from '../desk-change.ts'

/** As it is stored. */
export interface OverrideRow extends Omit<BayOverride, 'is' | 'occasion'> {
  /** Position of its record: the higher one is the newer one. */
  readonly pos: number
  readonly from: Instant
  readonly author: string
  readonly reason: string
  readonly occasion: string | null
  /** Null while it is in force or planned. */
  readonly endedAt: Instant | null
  /** Null: it is in force, or has expired. */
  readonly endedBy: string | null
}

export interface OverridesInForce {
  /** The one that counts for the bay. */
  of(bay: string): OverrideRow | undefined
  /** Undefined when there was one of this id before: it is passed over. Planned when `from` of the row is later than now. */
  add(entry: DeskEntry, change: BayOverride, pos: number, now: number): OverrideRow | undefined
  /** One that was planned begins; false when it has begun or ended. */
  begin(id: string): boolean
  /** Undefined when it is neither in force nor planned. */
  end(id: string, at: Instant, by: string | null): OverrideRow | undefined
  /** Of what has begun, nothing began later than now. */
  turnBack(now: Instant): void
  find(id: string): OverrideRow | undefined
  /** Oldest first. */
  all(): readonly OverrideRow[]
  take(): readonly OverrideRow[]
}

export interface StoredOverrides {
  /** In force or planned. */
  readonly rows: readonly OverrideRow[]
  /** Ids of all that have ended. */
  readonly ended: readonly string[]
  /** The highest position of any, ended ones included. */
  readonly newestPos: number
  /** What begins later is planned. */
  readonly clock: number
}

export function createOverridesInForce(stored?: StoredOverrides): OverridesInForce {
  const known = new Set(stored?.ended)
  const byId = new Map<string, OverrideRow>()
  const ofBays = rankedByBay()
  const changed = new Map<string, OverrideRow>()
  const planned = new Set<string>()

  function add(row: OverrideRow, now: number) {
    byId.set(row.id, row)
    if (row.from > now) planned.add(row.id)
    else ofBays.add(row)
    return row
  }
  for (const row of stored?.rows ?? []) known.add(add(row, stored?.clock ?? 0).id)
  /** Records of an earlier journal come first with any numbers. */
  let newest = stored?.newestPos ?? 0

  return {
    of: ofBays.newest,
    find: (id) => byId.get(id),
    all: () => [...byId.values()],
    add(entry, change, pos, now) {
      if (known.has(change.id)) return undefined
      newest = Math.max(pos, newest + 1)
      const row = newRow(entry, change, newest)
      const isOver = hasExpired(row, Math.max(now, entry.at))
      changed.set(row.id, isOver ? { ...row, endedAt: row.until } : row)
      known.add(row.id)
      return isOver ? undefined : add(row, now)
    },
    begin(id) {
      const row = byId.get(id)
      if (!row || !planned.delete(id)) return false
      ofBays.add(row)
      return true
    },
    turnBack(now) {
      const ahead = [...byId.values()].filter(({ id, from }) => from > now && !planned.has(id))
      for (const row of ahead.map((each) => ({ ...each, from: now }))) {
        ofBays.remove(row)
        changed.set(row.id, add(row, now))
      }
    },
    end(id, at, by) {
      const row = byId.get(id)
      if (!row) return undefined
      byId.delete(id)
      ofBays.remove(row)
      // Withdrawn before it began.
      const endedAt = planned.delete(id) ? at : instant(Math.max(at, row.from))
      changed.set(id, { ...row, endedAt, endedBy: by })
      return row
    },
    take() {
      const rows = [...changed.values()]
      changed.clear()
      return rows
    },
  }
}

const hasExpired = ({ until }: OverrideRow, now: number) => until !== null && until <= now

function newRow({ author, reason, at }: DeskEntry, change: BayOverride, pos: number): OverrideRow {
  const { is: _, occasion = null, from = at, ...more } = change
  return { ...more, occasion, pos, from: instant(Math.max(at, from)), author, reason, endedAt: null, endedBy: null }
}

/** The overrides in force of each bay, the newest last. */
function rankedByBay() {
  const byBay = new Map<string, OverrideRow[]>()
  return {
    newest: (bay: string) => byBay.get(bay)?.at(-1),
    add(row: OverrideRow) {
      for (const bay of new Set(row.bays)) {
        const rows = byBay.getOrInsertComputed(bay, () => [])
        rows.splice(rows.findLastIndex(({ pos }) => pos < row.pos) + 1, 0, row)
      }
    },
    remove({ id, bays }: OverrideRow) {
      for (const bay of new Set(bays)) {
        const left = byBay.get(bay)?.filter((other) => other.id !== id) ?? []
        if (left.length === 0) byBay.delete(bay)
        else byBay.set(bay, left)
      }
    },
  }
}
