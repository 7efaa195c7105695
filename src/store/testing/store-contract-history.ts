/**
 * Random histories of batches and faults against a model of a few lines: what was refused left nothing, what was committed is
 * there once, and the cursor always shows which.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../../test/fixtures/effort.ts'
import type { DeviceState } from '../../domain/device.ts'
import { listOf, readingRows } from '../readings/reading-rows.ts'
import { type CommitBatch, type LedgerDelta, type ReadingRow, type Store, StoreError } from '../store.ts'
import type { StorePlace } from './store-contract.ts'
import { aBatch, aDeadLetter, aDelta, aDevice, aReading, journal, walk } from './store-samples.ts'

interface Model {
  position: number
  fence: number
  readonly readings: ReadingRow[]
  readonly devices: Map<number, DeviceState>
  readonly deadLetters: Set<number>
  readonly ledger: Map<string, LedgerDelta>
}

/** What happens next; the numbers seed the rows. */
const step = fc.record({
  kind: fc.constantFrom(
    'commit',
    'commit',
    'commit',
    'bad-row',
    'stale-offset',
    'older-fence',
    'again',
    'take-over',
    'reopen',
  ),
  size: fc.integer({ min: 0, max: 70 }),
  deviceSeed: fc.nat(40),
  done: fc.boolean(),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

export function historyContract(place: () => Promise<StorePlace>, histories: number): void {
  test('a random history of batches and faults leaves what a model of it expects', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 15 }), async (steps) => {
        await using here = await place()
        let store = await here.open()
        try {
          await store.migrate()
          await store.takeFence(journal, 1)
          const model: Model = {
            position: 0,
            fence: 1,
            readings: [],
            devices: new Map(),
            deadLetters: new Set(),
            ledger: new Map(),
          }
          let last: CommitBatch | undefined
          for (const { kind, ...seed } of steps) {
            const batch = batchAfter(model, seed)
            if (kind === 'reopen') {
              await store[Symbol.asyncDispose]()
              store = await here.open()
            } else if (kind === 'take-over') await store.takeFence(journal, ++model.fence)
            else if (kind === 'commit') {
              await store.commit(batch)
              apply(model, batch)
              last = batch
            } else {
              const spoilt = spoil(kind, batch, last)
              if (spoilt) await assert.rejects(store.commit(spoilt), StoreError)
            }
            const { position, fence } = await store.cursor(journal)
            assert.deepEqual({ position, fence }, { position: model.position, fence: model.fence })
          }
          await equals(store, model)
        } finally {
          await store[Symbol.asyncDispose]()
        }
      }),
      { numRuns: effort(histories) },
    )
  })
}

function batchAfter(model: Model, { size, deviceSeed, done }: Omit<Step, 'kind'>): CommitBatch {
  const to = model.position + 1 + (size % 3)
  const readings: ReadingRow[] = []
  const devices = new Map<number, DeviceState>()
  for (let i = 0; i < size; i++) {
    const id = 1 + ((i * 7 + deviceSeed) % 9)
    const { readings: count } = devices.get(id) ?? model.devices.get(id) ?? { readings: 0 }
    readings.push(
      aReading({
        pos: to,
        idx: i,
        device: id,
        seq: i % 5 === 0 ? null : count,
        occupied: [true, false, null, undefined][i % 4],
        temperatureC: i % 3 === 0 ? null : i / 2,
        batteryV: i % 2 === 0 ? 3 : 3.25,
      }),
    )
    devices.set(id, aDevice(id, { rev: to, readings: count + 1, maxSeq: count, occupied: i % 2 === 0 }))
  }
  const [oldest] = model.deadLetters
  return aBatch({
    from: model.position,
    to,
    fence: model.fence,
    readings,
    devices: [...devices.values()],
    deadLettersDone: done && oldest !== undefined ? [{ pos: oldest, idx: 0 }] : [],
    deadLetters: size % 4 === 0 ? [aDeadLetter({ pos: to })] : [],
    ledger: [aDelta({ committed: size, source: `s${size % 3}` }), aDelta({ lost: (size % 5) - 2, day: '2026-12-01' })],
  })
}

function spoil(kind: Step['kind'], batch: CommitBatch, last: CommitBatch | undefined): CommitBatch | undefined {
  if (kind === 'again') return last
  if (kind === 'stale-offset') return { ...batch, from: batch.from + 1, to: batch.to + 1 }
  if (kind === 'older-fence') return { ...batch, fence: batch.fence - 1 }
  return {
    ...batch,
    readings: readingRows([...listOf(batch.readings), aReading({ pos: batch.to, idx: 999, countIn: 0.5 })]),
  }
}

function apply(model: Model, batch: CommitBatch) {
  model.position = batch.to
  model.readings.push(...listOf(batch.readings))
  for (const device of batch.devices) model.devices.set(device.id, device)
  for (const { pos } of batch.deadLettersDone) model.deadLetters.delete(pos)
  for (const { pos } of batch.deadLetters) model.deadLetters.add(pos)
  for (const delta of batch.ledger) {
    const key = `${delta.source} ${delta.day}`
    const sum = model.ledger.get(key) ?? aDelta({ source: delta.source, day: delta.day })
    model.ledger.set(key, { ...sum, committed: sum.committed + delta.committed, lost: sum.lost + delta.lost })
  }
}

async function equals(store: Store, model: Model) {
  const devices = [...model.devices.values()].sort((a, b) => a.id - b.id)
  assert.deepEqual(await store.devices(), devices)
  const counts = { readings: model.readings.length, devices: devices.length, deadLetters: model.deadLetters.size }
  assert.deepEqual(await store.counts(), counts)
  for (const { id, external } of devices) {
    const stored = await walk((cursor) => store.readings({ external, limit: 20, ...cursor }))
    const expected = model.readings
      .filter(({ device }) => device === id)
      .sort((a, b) => (a.seq ?? -1) - (b.seq ?? -1) || a.pos - b.pos || a.idx - b.idx)
      .map((row) => ({ ...row, source: 'http', external }))
    assert.deepEqual(stored, expected)
  }
  const letters = await walk((cursor) => store.deadLetters({ limit: 3, ...cursor }))
  assert.deepEqual(
    letters.map(({ pos }) => pos),
    [...model.deadLetters].sort((a, b) => b - a),
  )
  const rows = [...model.ledger.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  assert.deepEqual(
    (await store.ledger()).map(({ tentative: _, ...row }) => row),
    rows,
  )
}
