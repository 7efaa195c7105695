/**
 * Content of the journal in the database rows of the fault table, and of the store at its end: generated again
 * from its seed, with gaps, repeats, late frames, conflicts, restarts and garbage. The calm end is the same journal processed into
 * memory without any fault.
 */
import { createHash } from 'node:crypto'
import type { DeviceState } from '../../src/domain/device.ts'
import { emptyLayout, type Layout, plainBay } from '../../src/domain/layout.ts'
import { encodeUplink } from '../../src/domain/uplink.ts'
import { type JournalRecord, recordKinds } from '../../src/journal/journal.ts'
import { type Random, seededRandom, upTo } from '../../src/journal/testing/seeded-random.ts'
import { instant } from '../../src/lib/brand.ts'
import { noSessions, type ReadingRow, readingPageMax, type Store, sessionRows } from '../../src/store/store.ts'
import { createMemoryHistory, type Remembered } from '../../src/store/testing/memory-history.ts'
import type { MemoryStore } from '../../src/store/testing/memory-store.ts'

const arrivedAt = Date.parse('2026-11-23T08:00:00Z')
const devices = 12
/** A few records share a minute. */
const recordMs = 20_000
const encoder = new TextEncoder()

export function story(seed: number, records: number): JournalRecord[] {
  const random = seededRandom(seed)
  const next = new Map<string, number>()
  const written: string[] = []
  return Array.from({ length: records }, (_, n) => {
    const lines = Array.from({ length: 10 + upTo(random, 50) }, () => aLine(random, next, written))
    const bytes = encoder.encode(lines.join('\n'))
    const source = random() < 0.8 ? 'tcp' : 'serial'
    const uplink = {
      source,
      codec: 'generic',
      framing: 'lines' as const,
      arrivedAt: instant(arrivedAt + n * recordMs),
      bytes,
    }
    return { kind: recordKinds.data, frames: lines.length, bytes: encodeUplink(uplink) }
  })
}

function aLine(random: Random, next: Map<string, number>, written: string[]): string {
  const chance = random()
  if (chance < 0.03) return '{"device":'
  if (chance < 0.13 && written.length > 0) return written[upTo(random, written.length - 1)] as string
  const device = `S-${upTo(random, devices - 1)}`
  const before = next.get(device) ?? 0
  const seq = chance < 0.18 ? Math.max(0, before - 3) : chance < 0.25 ? before + 3 : before + 1
  next.set(device, Math.max(before, seq))
  // A boot that is named leaves no doubt: what is tried here is the database, not the order.
  const epoch = chance > 0.99 ? { epoch: 1 + upTo(random, 2) } : { boot: 'first' }
  const temperature = random() < 0.5 ? { temperature_c: upTo(random, 80) / 2 } : {}
  const more =
    random() < 0.3
      ? { battery_v: 3 + upTo(random, 60) / 100, count_in: seq * 3, bay: `S-${upTo(random, devices - 1)}` }
      : {}
  const line = JSON.stringify({ device, seq, ...epoch, occupied: random() < 0.5, ...temperature, ...more })
  written.push(line)
  return line
}

/** Every device is the bay of its name; half of them lie in a zone. */
export const storyLayout: Layout = {
  ...emptyLayout,
  sites: [
    {
      ...{ id: 'S', name: 'S', zone: 'UTC' },
      levels: [
        {
          ...{ id: 'L', name: 'L', x: 0, y: 0, w: 1, h: 1, zones: [{ id: 'Z', name: 'Z' }] },
          bays: Array.from({ length: devices }, (_, i) =>
            plainBay(`S-${i}`, { x: 0, y: 0 }, i % 2 ? { zones: ['Z'] } : {}),
          ),
        },
      ],
    },
  ],
}

/** Everything that must be the same however the journal was followed. */
export interface EndState {
  readonly position: number
  readonly readings: readonly ReadingRow[]
  readonly devices: readonly DeviceState[]
  readonly deadLetters: readonly string[]
  readonly totals: object
  readonly history: Remembered
}

const byPlace = (a: { pos: number; idx: number }, b: { pos: number; idx: number }) => a.pos - b.pos || a.idx - b.idx
const letterOf = ({ pos, idx, code, bytes }: { pos: number; idx: number; code: string; bytes: Uint8Array }) =>
  `${pos}.${idx} ${code} ${Buffer.from(bytes).toString('base64')}`

export async function calmEnd(store: MemoryStore, journal: string): Promise<EndState> {
  return {
    position: (await store.cursor(journal)).position,
    readings: store.readings.toSorted(byPlace),
    devices: (await store.devices()).toSorted((a, b) => a.id - b.id),
    deadLetters: [...store.deadLetters.values()].sort(byPlace).map(letterOf),
    totals: store.totals(),
    history: store.history(),
  }
}

/** Read back through the store's own contract, page by page. */
export async function endOf(store: Store, journal: string): Promise<EndState> {
  const states = await store.devices()
  const readings: ReadingRow[] = []
  for (const { external, source } of states)
    readings.push(
      ...(await pages((cursor) => store.readings({ external, source, limit: readingPageMax, ...cursor }))).map(
        ({ source: _, external: __, ...row }) => row,
      ),
    )
  const letters = await pages((cursor) => store.deadLetters({ limit: readingPageMax, ...cursor }))
  const { cursor, totals: ledger } = await store.ledgerAt(journal)
  const { tentative, ...totals } = ledger
  if (tentative > 0) throw new Error(`${tentative} frames wait for a decision: nothing in a story does`)
  return {
    position: cursor.position,
    readings: readings.sort(byPlace),
    devices: states,
    deadLetters: letters.sort(byPlace).map(letterOf),
    totals,
    history: await historyOf(store, states),
  }
}

/** In the order of the memory's keys. */
async function historyOf(store: Store, states: readonly DeviceState[]): Promise<Remembered> {
  const [from, to] = [instant(0), instant(Number.MAX_SAFE_INTEGER)]
  const kept = createMemoryHistory()
  for (const { id: device } of states)
    kept.put({
      sessions: sessionRows(
        await store.sessions({ device, from: instant(arrivedAt - 86_400_000), to, limit: 1_000_000 }),
      ),
      occupancy: [],
      counts: await store.counted({ device, from, to }),
      health: await store.health({ device, from: 0, to: 1_000_000 }),
    })
  for (const { spanMs, site, level, zone } of await store.newestOccupancy()) {
    const occupancy = await store.occupancy({ spanMs, site, level, zone, from, to })
    kept.put({ sessions: noSessions, occupancy, counts: [], health: [] })
  }
  // Its layout has no stay rules: there are no overstays.
  const put = await store.standingStays()
  const standing = { put, gone: [], overstays: { put: await store.currentOverstays(), gone: [] } }
  kept.put({ sessions: noSessions, occupancy: [], counts: [], health: [], standing })
  return kept.all()
}

async function pages<T>(page: (cursor: { cursor?: string }) => Promise<{ items: readonly T[]; next: string | null }>) {
  const items: T[] = []
  for (let next: string | null | undefined; next !== null; ) {
    const answer = await page(next === undefined ? {} : { cursor: next })
    items.push(...answer.items)
    next = answer.next
  }
  return items
}

/** One number for a whole state: keys in one order, so that only content counts. */
export const stateHash = (state: EndState): string =>
  createHash('sha256')
    .update(JSON.stringify(state, (_, value) => (isRecord(value) ? Object.fromEntries(sorted(value)) : value)))
    .digest('hex')

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const sorted = (value: object) => Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))

/** How two ends differ, in a sentence; undefined when they do not. */
export function difference(end: EndState, calm: EndState): string | undefined {
  if (stateHash(end) === stateHash(calm)) return undefined
  const place = ({ pos, idx }: ReadingRow) => `${pos}.${idx}`
  const stored = new Set(end.readings.map(place))
  const lost = calm.readings.filter((row) => !stored.has(place(row)))
  const doubled = end.readings.length - stored.size
  return (
    `${lost.length} lost, ${doubled} doubled; position ${end.position} of ${calm.position}, ` +
    `${end.readings.length} readings of ${calm.readings.length}, ${end.deadLetters.length} dead letters of ` +
    `${calm.deadLetters.length}, ledger ${JSON.stringify(end.totals)} of ${JSON.stringify(calm.totals)}, ` +
    `history ${JSON.stringify(end.history) === JSON.stringify(calm.history) ? 'the same' : 'other'}, ` +
    `devices ${JSON.stringify(end.devices) === JSON.stringify(calm.devices) ? 'the same' : 'other'}`
  )
}
