import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyLayout, type Layout } from '../domain/layout.ts'
import { encodePublication } from '../domain/layout-publication.ts'
import type { DeskCopy } from '../journal/desk/desk-journal.ts'
import { createLog } from '../lib/log.ts'
import { listOf, StoreError } from '../store/store.ts'
import { createMemoryStore } from '../store/testing/memory-store.ts'
import type { DeskRecords } from './desk-records.ts'
import { arrivedAt, type Body, drain, journalOf, json, text } from './testing/drained-journal.ts'

const layoutWith = (...ids: readonly string[]): Layout => ({
  ...emptyLayout,
  sites: [
    {
      ...{ id: 'S', name: 'S', zone: 'UTC' },
      levels: [
        {
          ...{ id: 'L', name: 'L', x: 0, y: 0, w: 1, h: 1, zones: [] },
          bays: ids.map((id) => ({ id, types: ['standard' as const], zones: [], devices: [], x: 0, y: 0 })),
        },
      ],
    },
  ],
})
const copy = (journal: string, record: number, layout: Layout, base?: number): DeskCopy => ({
  ...{ journal, record },
  bytes: encodePublication({
    ...{ author: 'planner', comment: 'why', at: arrivedAt, packed: text.encode(JSON.stringify(layout)) },
    ...(base === undefined ? {} : { base: { journal, record: base } }),
  }),
})
const deskOf = (...copies: readonly DeskCopy[]): DeskRecords => ({
  async *copies() {
    yield* copies
  },
})
const one = (seq: number) => json([{ device: 'A', boot: 1, seq, occupied: seq % 2 === 1 }])
const publish = (layout: Layout): Body => ({ kind: 'desk', body: JSON.stringify(layout) })

/** The journal without its records up to `gone`, as after retention. */
function shortened(bodies: readonly Body[], gone: number, perRead?: number) {
  const whole = journalOf(bodies, perRead)
  const damage = { segment: '', fromRecord: 1, toRecord: gone, bytes: 0, frames: 0, reason: 'removed' }
  return {
    ...whole,
    async read(after: number, limit: Parameters<typeof whole.read>[1]) {
      const found = await whole.read(Math.max(after, gone), limit)
      return after < gone ? { ...found, damage: [damage] } : found
    },
  }
}

const bodies = [
  one(1),
  publish(layoutWith('B')),
  one(2),
  publish(layoutWith('A')),
  one(3),
  one(4),
  publish(emptyLayout),
]
const placesOf = (store: ReturnType<typeof createMemoryStore>) =>
  store.layouts().map(({ version, published }) => [version, published?.journal, published?.record])

test('changes whose records are gone take effect before the first record that is there, in order', async () => {
  const store = createMemoryStore()
  const desk = deskOf(copy('test', 2, layoutWith('B')), copy('test', 4, layoutWith('A')), copy('test', 7, emptyLayout))
  await drain(shortened(bodies, 4), store, { desk })
  assert.deepEqual(placesOf(store), [
    [1, undefined, undefined],
    [2, 'test', 2],
    [3, 'test', 4],
    [4, 'test', 7],
  ])
  assert.deepEqual(
    store.history().sessions.map(({ bay }) => bay),
    ['A'],
    'a stay counts for the bay of the layout that was taken from desk/',
  )
})

test('a change in a damaged stretch takes effect at its place, between the records around it', async () => {
  const store = createMemoryStore()
  const whole = journalOf([one(1), one(2), publish(layoutWith('A')), one(3), one(4)])
  const journal = {
    ...whole,
    async read(after: number, limit: Parameters<typeof whole.read>[1]) {
      const { records } = await whole.read(after, limit)
      const damage = { segment: 's', fromRecord: 3, toRecord: 3, bytes: 90, frames: 0, reason: 'damaged' }
      return { records: records.filter(({ number }) => number !== 3), damage: after < 3 ? [damage] : [] }
    },
  }
  await drain(journal, store, { desk: deskOf(copy('test', 3, layoutWith('A'))) })
  assert.deepEqual(
    store.history().sessions.map(({ bay }) => bay),
    [null, 'A'],
  )
})

test('changes of the main journals before this one come first, each with its own journal, and once', async () => {
  const desk = deskOf(
    copy('older', 9, layoutWith('B')),
    copy('older', 12, layoutWith('C'), 9),
    copy('older', 13, layoutWith('D'), 9),
    copy('test', 2, layoutWith('B')),
    copy('other', 1, layoutWith('never')),
  )
  const expected = [
    [1, undefined, undefined],
    [2, 'older', 9],
    [3, 'older', 12],
    [4, 'test', 2],
  ]
  for (const after of [false, true]) {
    const store = createMemoryStore()
    store.failNext({ error: new StoreError('transient', 'planned'), after })
    await drain(journalOf(bodies.slice(0, 3), 1), store, { desk })
    assert.deepEqual(placesOf(store), expected)
    const again = structuredClone(placesOf(store))
    await drain(journalOf(bodies.slice(0, 3), 1), store, { desk })
    assert.deepEqual(placesOf(store), again)
  }
})

test('a change from desk/ that the database refuses is passed over with a line in the log, and stops nothing', async () => {
  const store = createMemoryStore()
  const { commit } = store
  store.commit = async (batch) => {
    if ((batch.layouts ?? []).some(({ record }) => record === 2)) throw new StoreError('data', 'refused')
    return commit(batch)
  }
  const lines: string[] = []
  const log = createLog({}, { write: (line) => void lines.push(line) })
  await drain(shortened(bodies, 3), store, { desk: deskOf(copy('test', 2, layoutWith('B'))), log })
  assert.deepEqual(placesOf(store).slice(1), [
    [2, 'test', 4],
    [3, 'test', 7],
  ])
  assert.ok(lines.some((line) => /a change by a person .* is refused by the database.*record=2/.test(line)))
})

test('a message that the database refuses takes no change from desk/ with it, but those that are refused too', async () => {
  const store = createMemoryStore()
  const { commit } = store
  store.commit = async (batch) => {
    const isBad = (batch.layouts ?? []).some(({ journal, record }) => journal === 'older' && record === 7)
    const isRefused = listOf(batch.readings).length > 0 && batch.from < 4 && batch.to >= 4
    if (isBad || isRefused) throw new StoreError('data', 'refused')
    return commit(batch)
  }
  const lines: string[] = []
  const log = createLog({}, { write: (line) => void lines.push(line) })
  const desk = deskOf(
    copy('older', 7, layoutWith('D')),
    copy('older', 9, layoutWith('C')),
    copy('test', 2, layoutWith('A')),
  )
  await drain(shortened([one(1), publish(layoutWith('A')), one(2), one(3), one(4)], 3), store, { desk, log })
  assert.deepEqual(placesOf(store).slice(1), [
    [2, 'older', 9],
    [3, 'test', 2],
  ])
  assert.deepEqual(
    [...store.deadLetters.values()].map(({ pos }) => pos),
    [4],
  )
  const passedOver = lines.filter((line) => line.includes('change by a person'))
  assert.equal(passedOver.length, 1)
  assert.match(passedOver[0] as string, /record=7/)
  assert.deepEqual(
    store.history().sessions.map(({ bay }) => bay),
    [],
  )
})
