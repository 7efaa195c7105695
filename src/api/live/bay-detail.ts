/** One bay as it is published: its state, what that follows from, and its device. */
import type { BayDetail, BayRow } from '@baykeeper/contract/bay.ts'
import { overrideBaysShown } from '@baykeeper/contract/override.ts'
import { type BayState, bayFlagBits, bayStates } from '@baykeeper/contract/vocabulary.ts'
import type { Instant } from '../../lib/brand.ts'
import type { OverrideRow } from '../../store/store.ts'
import { flagsOf, overrideOnWire } from '../override-wire.ts'
import type { Presence } from './presence.ts'

/** Each is something to set right, so there are few. */
const conflictsMax = 20

export const stateAt = (presence: Presence, index: number): BayState =>
  bayStates[presence.shown[index] as number] ?? 'unknown'

/** The row of processing where it is what is shown: not where the layout is newer, or the silence is. */
function storedAt(presence: Presence, index: number) {
  const row = presence.bayAt(index)
  return row?.state === stateAt(presence, index) ? row : undefined
}

/** When the state that is shown began; null: it is not known. */
export const sinceAt = (presence: Presence, index: number): Instant | null => storedAt(presence, index)?.since ?? null

/** What lists show of it too. */
export function bayFields(
  presence: Presence,
  index: number,
  now: Instant,
): Omit<BayRow, 'rule' | 'overstay'> | undefined {
  const bay = presence.floor.bays[index]
  if (!bay) return undefined
  const { site, level } = presence.floor.levelOf(index)
  const device = presence.watcherOf(index)
  const stored = storedAt(presence, index)
  const stale = presence.isStale(index)
  const flags = presence.bayAt(index)?.flags ?? 0
  return {
    id: bay.id,
    site: site.id,
    level: level.id,
    zones: [...bay.zones],
    types: [...bay.types],
    state: stateAt(presence, index),
    stale,
    cause: stored?.cause ?? (bay.closed || !device ? 'layout' : 'rule'),
    flags: flagsOf(flags | (stale ? bayFlagBits.stale : 0)),
    since: isoOrNull(sinceAt(presence, index)),
    device: device ? { id: device.external, source: device.source } : null,
    arrived: isoOrNull(device?.lastArrived),
    age_s: device ? Math.max(0, now - device.lastArrived) / 1_000 : null,
  }
}

/** `overrideOf`: by its id. */
export function bayDetail(
  presence: Presence,
  id: string,
  now: Instant,
  overrideOf: (id: string) => OverrideRow | undefined,
): Omit<BayDetail, 'gateway'> | undefined {
  const index = presence.floor.indexOf.get(id)
  const fields = index === undefined ? undefined : bayFields(presence, index, now)
  if (index === undefined || !fields) return undefined
  const stored = storedAt(presence, index)?.override ?? null
  const override = stored === null ? undefined : overrideOf(stored)
  return {
    ...fields,
    override: override ? overrideOnWire(override, overrideBaysShown) : null,
    assigned: [...(presence.floor.bays[index]?.devices ?? [])],
    conflicts: conflictsOf(presence, id),
  }
}

function conflictsOf({ devices, floor }: Presence, bay: string): BayDetail['conflicts'] {
  const found = []
  for (const device of devices.values()) {
    if (floor.conflictOf(device) !== bay) continue
    found.push({ id: device.external, source: device.source })
    if (found.length === conflictsMax) break
  }
  return found
}

const isoOrNull = (at: Instant | null | undefined) =>
  at === undefined || at === null ? null : new Date(at).toISOString()
