/**
 * What is remembered of the stays of every bay, and which devices watch it. A memory is stored only where it does not follow from the one device
 * of its bay: so a stay costs no row before it ends.
 */
import type { BayState } from '@baykeeper/contract/vocabulary.ts'
import { type Instant, instant } from '../../lib/brand.ts'
import { type BayStay, freeBay, isPlain, lose, never, occupiedBay, unknownBay } from '../bay-stay.ts'
import type { DeviceRecord } from '../fold.ts'
import type { Watched } from '../overstays.ts'
import type { Watching } from '../watching.ts'

/** What is remembered of a bay, as it is stored. */
export interface StandingRow extends Readonly<BayStay> {
  readonly bay: string
}

export interface BayMemories {
  readonly of: ReadonlyMap<string, BayStay>
  /** Of each bay, in the order in which they came. */
  watchers: Map<string, DeviceRecord[]>
  /** Bays that a person or the layout closes or reserves. */
  readonly covered: Set<string>
  /** Bays whose devices are not heard. */
  readonly unheard: Set<string>
  /** To be changed: it is stored with the batch where it has to be. */
  edit(bay: string): BayStay
  mark(bay: string): void
  take(): { readonly put: readonly StandingRow[]; readonly gone: readonly { readonly bay: string }[] }
}

interface MemoryStart {
  readonly watching: Watching
  readonly devices: readonly DeviceRecord[]
  readonly standing: readonly StandingRow[]
  stateOf(bay: string): BayState
}

export function createBayMemories({ watching, devices, standing, stateOf }: MemoryStart): BayMemories {
  const of = new Map<string, BayStay>()
  const stored = new Set<string>()
  const changed = new Set<string>()
  const memories: BayMemories = {
    ...{ of, watchers: watchersOf(watching, devices), covered: new Set(), unheard: new Set() },
    edit(bay) {
      changed.add(bay)
      return of.getOrInsertComputed(bay, unknownBay)
    },
    mark: (bay) => void changed.add(bay),
    take() {
      const put: StandingRow[] = []
      const gone: { readonly bay: string }[] = []
      for (const bay of changed) {
        const memory = of.get(bay)
        if (memory === undefined || isDerived(memories, bay, memory)) {
          if (stored.delete(bay)) gone.push({ bay })
        } else {
          put.push({ bay, ...memory })
          stored.add(bay)
        }
      }
      changed.clear()
      return { put, gone }
    },
  }
  for (const { bay, ...memory } of standing) {
    of.set(bay, { ...memory })
    stored.add(bay)
  }
  for (const bay of memories.watchers.keys()) if (!of.has(bay)) of.set(bay, derivedIn(memories, bay, stateOf(bay)))
  for (const [bay, { lostAt, isUnheard }] of of) {
    const state = stateOf(bay)
    if (state === 'closed' || state === 'reserved') memories.covered.add(bay)
    if (lostAt !== null && isUnheard) memories.unheard.add(bay)
  }
  return memories
}

/** What its one device reported last: such a memory is not stored. */
function derived({ watchers }: BayMemories, bay: string): BayStay {
  const [device, ...others] = watchers.get(bay) ?? []
  if (!device || others.length > 0 || typeof device.occupied !== 'boolean' || device.since === null) return unknownBay()
  return device.occupied ? occupiedBay(device.since, device.id) : freeBay()
}

/** Without a report since its device was heard last. */
function derivedIn(memories: BayMemories, bay: string, state: BayState): BayStay {
  const memory = derived(memories, bay)
  const [device] = memories.watchers.get(bay) ?? []
  if (state === 'unknown' && device && memory.lostAt === null) lose(memory, device.lastTime, true)
  return memory
}

function isDerived(memories: BayMemories, bay: string, memory: BayStay): boolean {
  if (memories.covered.has(bay)) return false
  const { arrival, device, lostAt } = derived(memories, bay)
  const isSame = memory.arrival === arrival && memory.device === device && memory.lostAt === lostAt
  return isSame && (lostAt === never || isPlain(memory))
}

export function watchersOf(watching: Watching, devices: readonly DeviceRecord[]): Map<string, DeviceRecord[]> {
  const watchers = new Map<string, DeviceRecord[]>()
  for (const device of devices) {
    const bay = device.occupied === undefined ? undefined : watching.bayOf(device)
    if (bay !== undefined) watchers.getOrInsertComputed(bay, () => []).push(device)
  }
  return watchers
}

/** The newest reading of any device of the bay, and not later than `time`. */
export function lastHeard({ watchers }: BayMemories, bay: string, time: Instant): Instant {
  const heard = (watchers.get(bay) ?? []).reduce((last, { lastTime }) => Math.max(last, lastTime), 0)
  return instant(heard === 0 ? time : Math.min(time, heard))
}

/** The device watches this bay from now on, and no other. */
export function moveDevice(
  { watchers, mark }: BayMemories,
  device: DeviceRecord,
  left: string | undefined,
  bay?: string,
) {
  if (left !== undefined && left !== bay) {
    watchers.set(left, watchers.get(left)?.filter((other) => other !== device) ?? [])
    mark(left)
  }
  if (bay === undefined) return
  const own = watchers.getOrInsertComputed(bay, () => [])
  if (own.includes(device)) return
  own.push(device)
  mark(bay)
}

/** Stays that go on in bays that are known to be occupied. */
export function* standingIn({ of }: BayMemories): Iterable<Watched> {
  for (const [bay, { arrival, lostAt, notBefore }] of of)
    if (arrival !== null && lostAt === null) yield { bay, arrival, notBefore }
}
