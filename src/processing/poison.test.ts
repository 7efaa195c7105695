/** No frame can stop the others: every frame of any batch is committed or set aside after a bounded number of tries. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { effort } from '../../test/fixtures/effort.ts'
import { codecOf } from '../codecs/registry.ts'
import { type Log, silentLog } from '../lib/log.ts'
import { type CommitBatch, listOf, StoreError, type StoreFault } from '../store/store.ts'
import { createMemoryStore, type MemoryStore } from '../store/testing/memory-store.ts'
import { drain, journalOf, json } from './testing/drained-journal.ts'

/** A store that refuses what `refuses` finds in a batch, trial or not. */
function refusing(refuses: (batch: CommitBatch) => StoreFault | Error | undefined): MemoryStore {
  const store = createMemoryStore()
  const { commit } = store
  store.commit = async (batch) => {
    const fault = refuses(batch)
    if (fault instanceof Error) throw fault
    if (fault) throw new StoreError(fault, 'planned')
    return commit(batch)
  }
  return store
}

const seqsOf = (batch: CommitBatch) => listOf(batch.readings).map(({ seq }) => seq)
const oneEach = (count: number) =>
  Array.from({ length: count }, (_, seq) => json([{ device: 'A', boot: 1, seq, occupied: seq % 2 === 0 }]))

function lines(): { readonly log: Log; readonly written: string[] } {
  const written: string[] = []
  const write = (message: string) => void written.push(message)
  const log: Log = { ...silentLog, debug: () => {}, info: write, warn: write, error: write, with: () => log }
  return { log, written }
}

describe('no frame can stop the others', () => {
  test('a batch that is refused without a single culprit is committed record by record', async () => {
    const store = refusing((batch) => (batch.readings.length > 1 ? 'data' : undefined))
    await drain(journalOf(oneEach(20)), store)
    assert.deepEqual(store.totals(), { committed: 20, duplicate: 0, quarantined: 0, lost: 0, damaged: 0 })
  })

  test('a record whose frames are refused only together keeps what can be stored, the rest is set aside', async () => {
    const store = refusing((batch) => (batch.readings.length > 2 ? 'data' : undefined))
    const frames = Array.from({ length: 5 }, (_, seq) => ({ device: 'A', seq, occupied: true }))
    await drain(journalOf([json(frames), json([{ device: 'B', seq: 1, occupied: true }])]), store)
    const { committed, quarantined } = store.totals()
    assert.deepEqual([committed, quarantined], [3, 3])
    assert.equal(store.deviceOf('B')?.occupied, true)
  })

  test('a fault in no list that stays is set aside with its record after ten tries', async () => {
    const store = refusing((batch) => (seqsOf(batch).includes(13) ? 'unknown' : undefined))
    await drain(journalOf(oneEach(30)), store)
    assert.deepEqual(store.totals(), { committed: 29, duplicate: 0, quarantined: 1, lost: 1, damaged: 0 })
    assert.equal([...store.deadLetters.values()][0]?.detail, 'planned')
  })

  test('many such records cost ten tries once, not ten each', async () => {
    const store = refusing((batch) => (seqsOf(batch).some((seq) => (seq ?? 0) % 3 === 1) ? 'unknown' : undefined))
    await drain(journalOf(oneEach(60)), store, { pauses: 12 })
    assert.deepEqual([store.totals().committed, store.totals().quarantined], [40, 20])
  })

  test('a database that refuses even a dead letter is at fault: nothing is set aside, and the offset stays', async () => {
    let tries = 0
    const store = refusing(() => (++tries > 100 ? undefined : 'unknown'))
    const { log, written } = lines()
    await drain(journalOf(oneEach(10)), store, { log })
    assert.deepEqual(store.totals(), { committed: 10, duplicate: 0, quarantined: 0, lost: 0, damaged: 0 })
    assert.equal(written.filter((line) => line.startsWith('processing is not advancing')).length, 1)
    assert.equal(written.filter((line) => line === 'processing advances again').length, 1)
  })

  test('a decoder that throws costs its own record only', async () => {
    const store = createMemoryStore()
    const broken: typeof codecOf = (name) => {
      const codec = codecOf(name)
      return (
        codec && {
          ...codec,
          decode(bytes, context) {
            if (new TextDecoder().decode(bytes).includes('poison')) throw new TypeError('broken')
            return codec.decode(bytes, context)
          },
        }
      )
    }
    const bodies = [...oneEach(4), json([{ device: 'poison', note: 'x' }]), json([{ device: 'B', occupied: true }])]
    await drain(journalOf(bodies), store, { codecOf: broken })
    assert.deepEqual([store.totals().committed, store.totals().quarantined], [5, 1])
  })

  test('a body costs a few decodings a frame, however many sensors without number and time it names', async () => {
    const store = createMemoryStore()
    let decodings = 0
    const counted: typeof codecOf = (name) => {
      const codec = codecOf(name)
      return (
        codec && {
          name: codec.name,
          decode(bytes, context) {
            decodings++
            return codec.decode(bytes, context)
          },
        }
      )
    }
    const sensors = 300
    const { body } = json(Array.from({ length: sensors }, (_, i) => ({ device: `S${i}`, occupied: true })))
    const sent = { body, meta: { body: '1' } }
    await drain(journalOf([sent, sent]), store, { codecOf: counted })
    const { committed, duplicate } = store.totals()
    assert.deepEqual([committed, duplicate], [sensors, sensors])
    assert.ok(decodings <= 2 * sensors * 8, `${decodings} decodings of ${2 * sensors} frames`)
  })

  test('a fault of the processor itself in one record costs that record only', async () => {
    const store = refusing((batch) => (seqsOf(batch).includes(2) ? new TypeError('ours') : undefined))
    await drain(journalOf(oneEach(6)), store)
    assert.deepEqual([store.totals().committed, store.totals().quarantined], [5, 1])
  })

  test('a dead letter that is refused when it is tried again goes back, and the journal goes on', async () => {
    let isRefused = true
    const store = refusing((batch) => (isRefused && seqsOf(batch).includes(3) ? 'data' : undefined))
    await drain(journalOf(oneEach(5)), store)
    store.requeueAll()
    await drain(journalOf(oneEach(8)), store)
    assert.deepEqual([store.totals().committed, store.totals().quarantined], [7, 1])
    assert.equal([...store.deadLetters.values()][0]?.state, 'new')
    isRefused = false
    store.requeueAll()
    await drain(journalOf(oneEach(9)), store)
    assert.deepEqual([store.totals().committed, store.totals().quarantined], [9, 0])
  })

  test('an outage is one line when it begins, and one when it is over', async () => {
    let tries = 0
    const store = refusing(() => (++tries > 9 ? undefined : 'transient'))
    const { log, written } = lines()
    await drain(journalOf(oneEach(3)), store, { log })
    assert.deepEqual(written, [
      'a batch was not committed; nothing is lost, it is tried again',
      'processing advances again',
    ])
  })

  test('when anything is refused, alone or together, every frame ends as one of three and the journal is drained', async () => {
    const rule = fc.record({
      kind: fc.constantFrom('data' as const, 'unknown' as const),
      seqs: fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 3 }),
      together: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 10 }),
        fc.array(rule, { maxLength: 3 }),
        fc.integer({ min: 1, max: 5 }),
        async (sizes, rules, perRead) => {
          let seq = 0
          const bodies = sizes.map((size) =>
            json(Array.from({ length: size }, () => ({ device: 'A', seq: seq++, occupied: true }))),
          )
          const store = refusing((batch) => {
            const held = new Set(seqsOf(batch))
            const hit = rules.find(({ seqs, together }) =>
              together ? seqs.every((one) => held.has(one)) : seqs.some((one) => held.has(one)),
            )
            return hit?.kind
          })
          await drain(journalOf(bodies, perRead), store)
          const { committed, duplicate, quarantined } = store.totals()
          assert.equal(committed + duplicate + quarantined, seq)
          const blamed = new Set(rules.flatMap(({ seqs }) => seqs))
          assert.ok(quarantined <= blamed.size, 'only a frame that a rule names is set aside')
        },
      ),
      { numRuns: effort(100) },
    )
  })
})
