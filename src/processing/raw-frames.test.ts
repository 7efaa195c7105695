import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { effort } from '../../test/fixtures/effort.ts'
import { encodeUplink } from '../domain/uplink.ts'
import { recordKinds } from '../journal/journal.ts'
import { createMemoryJournal } from '../journal/testing/memory-journal.ts'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { countFrames, type Framing } from '../lib/frames.ts'
import { silentLog } from '../lib/log.ts'
import { type Cursor, type RawBatch, type RawFrameRow, StoreError, type StoreFault } from '../store/store.ts'
import { createRawFrameCopier, type RawFrameCopierDeps } from './raw-frames.ts'

const arrivedAt = instant(Date.parse('2026-11-23T08:00:00Z'))
const base = 1_000
const text = new TextEncoder()
const latin = new TextDecoder('latin1')

interface Fault {
  readonly fault: StoreFault
  /** The transaction was committed, and its answer lost. */
  readonly after?: boolean
}

/** What every dialect keeps, in memory (store-contract-raw-frames.ts). */
function memoryStore() {
  let cursor: Cursor = { position: 0, fence: 0, base }
  const frames = new Map<string, RawFrameRow>()
  const faults: Fault[] = []
  const store: RawFrameCopierDeps['store'] = {
    async takeFence(_journal, fence) {
      cursor = { ...cursor, fence }
    },
    cursor: async () => cursor,
    async copyRaw(batch: RawBatch) {
      await setImmediate()
      const next = faults.shift()
      if (next && !next.after) throw new StoreError(next.fault, 'planned')
      if (batch.frames.some(({ source }) => source === 'strange')) throw new StoreError('unknown', 'in no list')
      if (batch.frames.some(({ source }) => source === 'unstorable')) throw new StoreError('data', 'a row is refused')
      if (cursor.position !== batch.from || cursor.fence > batch.fence) throw new StoreError('fenced', 'moved')
      for (const frame of batch.frames) {
        const key = `${frame.pos}.${frame.idx}`
        assert.ok(!frames.has(key), `${key} is copied twice`)
        frames.set(key, { ...frame, bytes: frame.bytes.slice() })
      }
      cursor = { ...cursor, position: batch.to }
      if (next) throw new StoreError(next.fault, 'planned')
    },
  }
  return { store, frames, faults, position: () => cursor.position }
}

interface Body {
  readonly body: string
  readonly framing?: Framing
  readonly source?: string
  readonly counted?: number
  readonly kind?: number
}

async function journalOf(bodies: readonly Body[]) {
  const journal = createMemoryJournal()
  await using writer = await journal.openWriter()
  await writer.append(
    bodies.map(({ body, framing = 'lines', source = 'tcp', counted, kind = recordKinds.data }) => {
      const bytes = text.encode(body)
      const uplink = encodeUplink({ source, codec: 'generic', framing, arrivedAt, bytes })
      return { kind: kind as 1, frames: counted ?? countFrames(framing, bytes), bytes: uplink }
    }),
  )
  return journal
}

/** Runs copiers, each from the stored offset on, until everything up to `until` is copied; the first ones are killed after a few turns. */
async function copied(
  bodies: readonly Body[],
  { until = bodies.length, faults = [] as Fault[], kills = [] as number[] } = {},
) {
  const journal = await journalOf(bodies)
  const memory = memoryStore()
  memory.faults.push(...faults)
  const turnsMax = 20_000
  for (const turns of [...kills, turnsMax]) {
    const stop = new AbortController()
    const reader = await journal.openReader()
    const copier = createRawFrameCopier({
      ...{ store: memory.store, reader, fence: 1, log: silentLog },
      clock: { ...systemClock, sleep: async () => void (await setImmediate()) },
      onCopied: (position) => assert.equal(position, memory.position()),
    })
    copier.committed(until)
    const running = copier.run(stop.signal)
    for (let turn = 0; turn < turns && memory.position() < until; turn++) await setImmediate()
    stop.abort()
    await running
  }
  assert.equal(memory.position(), until)
  return new Map([...memory.frames].map(([key, { bytes }]) => [key, latin.decode(bytes)]))
}

describe('the copier of raw frames', () => {
  test('copies each frame under the place of its readings, and what does not split as it was counted whole', async () => {
    const frames = await copied([
      { body: 'A,1\nB,2\n' },
      { body: '[{"a":1},{"b":2}]', framing: 'json' },
      { body: 'x\ny\n', counted: 3 },
      { body: 'noise', kind: recordKinds.noise },
      { body: '', framing: 'lines' },
      { body: 'id,seq\nC,7\n', framing: 'csv-header' },
    ])
    assert.deepEqual(
      [...frames],
      [
        ['1001.0', 'A,1'],
        ['1001.1', 'B,2'],
        ['1002.0', '{"a":1}'],
        ['1002.1', '{"b":2}'],
        ['1003.0', 'x\ny\n'],
        ['1006.0', 'C,7'],
      ],
    )
  })

  test('copies nothing that the batches have not committed', async () => {
    assert.deepEqual(
      [...(await copied([{ body: 'a' }, { body: 'b' }, { body: 'c' }], { until: 2 })).keys()],
      ['1001.0', '1002.0'],
    )
  })

  test('passes over a frame that the store refuses, and copies all others', async () => {
    const bodies = [{ body: 'a' }, { body: 'b', source: 'unstorable' }, { body: 'c' }]
    assert.deepEqual([...(await copied(bodies)).values()], ['a', 'c'])
  })

  test('passes over a frame that is refused for a reason in no list, when that does not pass', async () => {
    const bodies = [{ body: 'a' }, { body: 'b', source: 'strange' }, { body: 'c' }]
    assert.deepEqual([...(await copied(bodies)).values()], ['a', 'c'])
    const passing = Array.from({ length: 5 }, () => ({ fault: 'unknown' as const }))
    assert.deepEqual([...(await copied([{ body: 'a' }, { body: 'b' }], { faults: passing })).values()], ['a', 'b'])
  })

  test('copies each frame once through faults and kills, and never reports more than is stored', async () => {
    const faults = fc.record({
      fault: fc.constantFrom<StoreFault>('transient', 'capacity', 'fenced', 'data'),
      after: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6_000 }),
        fc.array(faults, { maxLength: 6 }),
        fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 4 }),
        async (records, planned, kills) => {
          const bodies = Array.from({ length: records }, (_, i) => ({ body: `${i}` }))
          // A refusal that was committed is none: the row was taken.
          const faults = planned.map((fault) => (fault.fault === 'data' ? { ...fault, after: false } : fault))
          const refusals = faults.filter(({ fault }) => fault === 'data').length
          const frames = await copied(bodies, { faults, kills })
          assert.ok(frames.size >= records - refusals, `${frames.size} of ${records} frames`)
          for (const [key, body] of frames) assert.equal(key, `${base + 1 + Number(body)}.0`)
        },
      ),
      { numRuns: effort(25) },
    )
  })
})
