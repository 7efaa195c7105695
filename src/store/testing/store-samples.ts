/** Rows for tests of any store: valid as they are, changed by the fields a test is about. */
import type { DeviceState } from '../../domain/device.ts'
import { newDevice } from '../../domain/fold.ts'
import type { Layout } from '../../domain/layout.ts'
import { noMeasures } from '../../domain/measures.ts'
import type { DeviceId } from '../../domain/reading.ts'
import { instant } from '../../lib/brand.ts'
import { packJson } from '../../lib/packed-json.ts'
import { readingRows } from '../readings/reading-rows.ts'
import type {
  CommitBatch,
  DeadLetterRow,
  LayoutRow,
  LedgerDelta,
  LedgerRow,
  ReadingRow,
  SessionRow,
  Store,
} from '../store.ts'

export const at = instant(Date.parse('2026-11-23T08:00:00Z'))
export const journal = '0123456789abcdef0123456789abcdef'

export type BatchSample = Partial<Omit<CommitBatch, 'readings'>> & { readonly readings?: readonly ReadingRow[] }

export const aBatch = ({ readings = [], ...batch }: BatchSample = {}): CommitBatch => ({
  journal,
  from: 0,
  to: 1,
  fence: 1,
  readings: readingRows(readings),
  devices: [],
  deadLetters: [],
  deadLettersDone: [],
  ledger: [],
  ...batch,
})

export const aDevice = (id: number, state: Partial<DeviceState> = {}): DeviceState => ({
  ...newDevice(id, 'http', `A-${id}` as DeviceId, at),
  lastTime: at,
  rev: 1,
  ...state,
})

export const aStay = (stay: Partial<SessionRow> = {}): SessionRow => {
  const { arrival = instant(at - 90_000), departure = at } = stay
  return {
    ...{ device: 1, arrival, departure, dwellMs: departure - arrival, bay: 'B-1', certain: true },
    ...{ corrections: 0, maxErrorMs: 0, hiddenMax: null, overstayMin: null, ...stay },
  }
}

export const aReading = (reading: Partial<ReadingRow> = {}): ReadingRow => ({
  pos: 1,
  idx: 0,
  device: 1,
  epoch: 0,
  seq: 1,
  time: at,
  arrived: at,
  quality: 0,
  hash: 281_474_976_710_655,
  occupied: true,
  ...noMeasures,
  ...reading,
})

export const aDeadLetter = (letter: Partial<DeadLetterRow> = {}): DeadLetterRow => ({
  pos: 1,
  idx: 0,
  source: 'http',
  codec: 'generic',
  arrived: at,
  code: 'not-json',
  detail: 'the frame is no JSON',
  head: '{"source":"http","codec":"generic","framing":"json"}',
  bytes: Uint8Array.from({ length: 256 }, (_, i) => i),
  ...letter,
})

export const aDelta = (delta: Partial<LedgerDelta> = {}): LedgerDelta => ({
  source: 'http',
  day: '2026-11-23',
  committed: 0,
  duplicate: 0,
  quarantined: 0,
  lost: 0,
  damaged: 0,
  ...delta,
})

export const aLayoutRow = async (layout: Layout, row: Partial<LayoutRow> = {}): Promise<LayoutRow> => ({
  ...{ version: 1, record: 1, created: at, author: 'test', comment: '', packed: await packJson(layout) },
  ...row,
})

/** A layout published before a test begins, through a separate journal. Returns its version. */
export async function placeLayout(
  store: Pick<Store, 'cursor' | 'commit' | 'layoutVersion'>,
  layout: Layout,
  row: Partial<LayoutRow> = {},
): Promise<number> {
  const journal = 'layouts of a test'
  const { position, fence } = await store.cursor(journal)
  const version = ((await store.layoutVersion()) ?? 0) + 1
  const layouts = [await aLayoutRow(layout, { version, record: position + 1, ...row })]
  await store.commit(aBatch({ journal, from: position, to: position, fence, layouts }))
  return version
}

export const aLedgerRow = (delta: Partial<LedgerDelta> = {}): LedgerRow => ({ ...aDelta(delta), tentative: 0 })

/** Everything of a paged list, two items at a time, so that every page has an edge. */
export async function walk<T>(
  page: (cursor: { cursor?: string }) => Promise<{ items: readonly T[]; next: string | null }>,
): Promise<T[]> {
  const items: T[] = []
  for (let next: string | null | undefined; next !== null; ) {
    const answer = await page(next === undefined ? {} : { cursor: next })
    items.push(...answer.items)
    next = answer.next
  }
  return items
}
