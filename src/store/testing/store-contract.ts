/**
 * The promises of `store.ts`, as tests that every dialect passes. `place` makes an empty database; several stores may be open on it at
 * once, as the processor, the pages and a command are.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { DeviceId } from '../../domain/reading.ts'
import type { Instant } from '../../lib/brand.ts'
import type { StoreOptions } from '../engine/open.ts'
import { type Store, StoreError, type StoreFault } from '../store.ts'
import { countContract } from './store-contract-counts.ts'
import { decoderContract } from './store-contract-decoders.ts'
import { forecastContract } from './store-contract-forecasts.ts'
import { historyContract } from './store-contract-history.ts'
import { leaseContract } from './store-contract-lease.ts'
import { letterContract } from './store-contract-letters.ts'
import { lossContract } from './store-contract-losses.ts'
import { migrationContract } from './store-contract-migrations.ts'
import { orderContract } from './store-contract-order.ts'
import { parkingContract } from './store-contract-parking.ts'
import { rawFrameContract } from './store-contract-raw-frames.ts'
import { readingBackContract } from './store-contract-reading-back.ts'
import { reportContract } from './store-contract-reports.ts'
import { scheduleContract } from './store-contract-schedules.ts'
import { signContract } from './store-contract-signs.ts'
import { sumContract } from './store-contract-sums.ts'
import { tableContract } from './store-contract-tables.ts'
import { viewContract } from './store-contract-views.ts'
import { aBatch, aDeadLetter, aDelta, aDevice, aLedgerRow, aReading, journal } from './store-samples.ts'

export interface StorePlace extends AsyncDisposable {
  /** `now`: a clock that stands still there. */
  open(at?: { readonly now: Instant }, options?: StoreOptions): Promise<Store>
  /** Runs one statement beside the store. */
  execute(sql: string): Promise<void>
  /** Rows of a statement with names in double quotes, each as its values in the order of the columns asked for. */
  query(sql: string): Promise<unknown[][]>
}

export interface ContractOptions {
  /** Why the suite cannot run here. */
  readonly skip?: string | false
  /** Random histories to compare with the model. */
  readonly histories?: number
  /** An empty database that is migrated already; default a new one. */
  readonly migrated?: () => Promise<StorePlace>
}

export const fault = (kind: StoreFault) => (error: unknown) => {
  assert.ok(error instanceof StoreError, `expected a StoreError, got ${error}`)
  assert.equal(error.fault, kind, error.message)
  return true
}

export function storeContract(name: string, place: () => Promise<StorePlace>, options: ContractOptions = {}): void {
  const migrated = options.migrated ?? place
  const onStore = (sentence: string, body: (store: Store, place: StorePlace) => Promise<void>) =>
    test(sentence, async () => {
      await using here = await migrated()
      await using store = await here.open()
      await store.migrate()
      await store.takeFence(journal, 1)
      await body(store, here)
    })

  describe(`the store contract: ${name}`, { skip: options.skip ?? false }, () => {
    describe('S1 a commit is one transaction and moves the offset first', () => {
      onStore('everything of a batch is there after it', async (store) => {
        await store.commit(
          aBatch({
            to: 7,
            readings: [aReading({ pos: 7 })],
            devices: [aDevice(1)],
            deadLetters: [aDeadLetter({ pos: 6 })],
            ledger: [aDelta({ committed: 1, quarantined: 1 })],
          }),
        )
        const { cursor, totals } = await store.ledgerAt(journal)
        assert.deepEqual(cursor, { position: 7, fence: 1, base: 0 })
        assert.deepEqual(await store.cursor(journal), cursor)
        assert.deepEqual(totals, { committed: 1, duplicate: 0, quarantined: 1, lost: 0, damaged: 0, tentative: 0 })
        assert.deepEqual(await store.counts(), { readings: 1, devices: 1, deadLetters: 1 })
      })

      onStore('from another offset, or under an older fence, it is fenced and changes nothing', async (store) => {
        await store.takeFence(journal, 3)
        const rows = { readings: [aReading()], devices: [aDevice(1)], ledger: [aDelta({ committed: 1 })] }
        await assert.rejects(store.commit(aBatch({ ...rows, fence: 2 })), fault('fenced'))
        await assert.rejects(store.commit(aBatch({ ...rows, fence: 3, from: 1, to: 2 })), fault('fenced'))
        await assert.rejects(store.commit(aBatch({ ...rows, fence: 3, journal: 'unknown' })), fault('fenced'))
        assert.deepEqual(await store.counts(), { readings: 0, devices: 0, deadLetters: 0 })
        assert.deepEqual(await store.ledger(), [])
        await store.commit(aBatch({ ...rows, fence: 3 }))
        await assert.rejects(store.commit(aBatch({ ...rows, fence: 3 })), fault('fenced'))
        assert.equal((await store.counts()).readings, 1)
      })

      onStore('a batch that moves nothing (a requeue) is committed as often as it comes', async (store) => {
        await store.commit(aBatch({ to: 5 }))
        for (let i = 0; i < 3; i++) await store.commit(aBatch({ from: 5, to: 5, ledger: [aDelta({ duplicate: 1 })] }))
        const { cursor, totals } = await store.ledgerAt(journal)
        assert.equal(cursor.position, 5)
        assert.equal(totals.duplicate, 3)
      })

      onStore('a row the table cannot hold takes the whole batch back, wherever it stands', async (store) => {
        const good = { readings: [aReading()], devices: [aDevice(1)], ledger: [aDelta({ committed: 1 })] }
        const bad = [
          aBatch({ ...good, readings: [aReading(), aReading({ idx: 1, batteryV: Number.NaN })] }),
          aBatch({ ...good, devices: [aDevice(1), aDevice(2, { readings: 0.5 })] }),
          aBatch({ ...good, ledger: [aDelta({ committed: 1 }), aDelta({ source: 'x'.repeat(200) })] }),
        ]
        for (const batch of bad) await assert.rejects(store.commit(batch), fault('data'))
        assert.equal((await store.cursor(journal)).position, 0)
        assert.deepEqual(await store.counts(), { readings: 0, devices: 0, deadLetters: 0 })
        assert.deepEqual(await store.ledger(), [])
        await store.commit(aBatch(good))
      })

      onStore('of two writers at one offset exactly one commits', async (store, place) => {
        await using other = await place.open()
        for (let from = 0; from < 20; from++) {
          const batch = (idx: number) => aBatch({ from, to: from + 1, readings: [aReading({ pos: from + 1, idx })] })
          const outcomes = await Promise.allSettled([store.commit(batch(0)), other.commit(batch(1))])
          assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1, JSON.stringify(outcomes))
          for (const outcome of outcomes) if (outcome.status === 'rejected') fault('fenced')(outcome.reason)
        }
        assert.equal((await store.counts()).readings, 20)
      })

      onStore('writers that take turns leave every reading where it is found', async (store, place) => {
        await using other = await place.open()
        for (let from = 0; from < 12; from++) {
          const who = from % 3 === 0 ? other : store
          const readings = [0, 1].map((idx) => aReading({ pos: from + 1, idx, seq: from * 2 + idx }))
          await who.commit(aBatch({ from, to: from + 1, readings, devices: [aDevice(1)] }))
        }
        assert.equal((await store.counts()).readings, 24)
        const seqs = Array.from({ length: 24 }, (_, seq) => seq)
        const { items } = await store.readings({ external: 'A-1', limit: 100 })
        assert.deepEqual(
          items.map(({ seq }) => seq),
          seqs,
        )
        const found = await other.findSeqs(1, 0, seqs)
        assert.deepEqual(
          found.map(({ seq }) => seq).sort((a, b) => Number(a) - Number(b)),
          seqs,
        )
      })

      onStore('a trial writes nothing, and fails as the commit would', async (store) => {
        const rows = { readings: [aReading()], devices: [aDevice(1)], ledger: [aDelta({ committed: 1 })] }
        await store.commit(aBatch({ ...rows, dry: true }))
        const bad = aBatch({ ...rows, readings: [aReading({ countIn: 0.5 })], dry: true })
        await assert.rejects(store.commit(bad), fault('data'))
        await assert.rejects(store.commit(aBatch({ ...rows, from: 1, to: 2, dry: true })), fault('fenced'))
        assert.equal((await store.cursor(journal)).position, 0)
        assert.deepEqual(await store.counts(), { readings: 0, devices: 0, deadLetters: 0 })
        await store.commit(aBatch(rows))
        assert.equal((await store.counts()).readings, 1)
      })

      onStore('who looks meanwhile sees whole batches only', async (store, place) => {
        await using other = await place.open()
        let writing = true
        const look = async (who: Store) => {
          for (let looks = 0; writing || looks === 0; looks++) {
            const { cursor, totals } = await who.ledgerAt(journal)
            assert.equal(totals.committed, cursor.position * 10)
            await new Promise((resolve) => setImmediate(resolve))
          }
        }
        // The writer's own process looks too: the figures of the desk are read while a batch is being committed.
        const looking = Promise.all([look(other), look(store)])
        for (let from = 0; from < 60; from++)
          await store.commit(
            aBatch({ from, to: from + 1, devices: [aDevice(1), aDevice(2)], ledger: [aDelta({ committed: 10 })] }),
          )
        writing = false
        await looking
      })
    })

    describe('the cursor and the fence', () => {
      onStore('a journal new to the store starts at 0, once', async (store) => {
        assert.deepEqual(await store.cursor('new'), { position: 0, fence: 0, base: 0 })
        assert.deepEqual(await store.cursor('new'), { position: 0, fence: 0, base: 0 })
      })

      onStore('a fence is raised or kept, never lowered', async (store) => {
        await store.takeFence(journal, 4)
        await store.takeFence(journal, 4)
        await assert.rejects(store.takeFence(journal, 3), fault('fenced'))
        assert.equal((await store.cursor(journal)).fence, 4)
        await store.takeFence(journal, 5)
        assert.equal((await store.cursor(journal)).fence, 5)
      })

      onStore('a journal that follows another starts above its positions and with an empty ledger', async (store) => {
        await store.commit(aBatch({ to: 40, ledger: [aDelta({ committed: 7 })] }))
        await store.takeFence('second', 1)
        assert.deepEqual(await store.cursor('second'), { position: 0, fence: 1, base: 40 })
        await store.commit(aBatch({ journal: 'second', to: 5, ledger: [aDelta({ committed: 2 })] }))
        assert.equal((await store.ledgerAt('second')).totals.committed, 2)
        assert.equal((await store.ledgerAt(journal)).totals.committed, 7)
        assert.equal((await store.cursor('third')).base, 45)
        assert.deepEqual(await store.ledger(), [aLedgerRow({ committed: 9 })])
      })
    })

    describe('S5 commits that are asked for together', () => {
      const batchAt = (from: number, more: Partial<Parameters<typeof aBatch>[0]> = {}) =>
        aBatch({
          ...{ from, to: from + 1, devices: [aDevice(1, { readings: from * 2 + 2 })] },
          readings: [0, 1].map((idx) => aReading({ pos: from + 1, idx, seq: from * 2 + idx })),
          ledger: [aDelta({ committed: 2 })],
          ...more,
        })

      onStore('happen in the order of asking', async (store, place) => {
        const seen: number[] = []
        const many = Array.from({ length: 30 }, (_, from) => store.commit(batchAt(from)).then(() => seen.push(from)))
        await Promise.all(many)
        assert.deepEqual(
          seen,
          many.map((_, from) => from),
        )
        const { cursor, totals } = await store.ledgerAt(journal)
        assert.deepEqual([cursor.position, totals.committed], [30, 60])
        const [device] = await store.devices()
        assert.equal(device?.readings, 60)
        await using other = await place.open()
        const seqs = Array.from({ length: 60 }, (_, seq) => seq)
        for (const who of [store, other]) {
          const { items } = await who.readings({ external: 'A-1', limit: 100 })
          assert.deepEqual(
            items.map(({ seq }) => seq),
            seqs,
          )
          assert.equal((await who.findSeqs(1, 0, seqs)).length, 60)
        }
      })

      onStore('fail behind a failed one, and leave nothing of theirs', async (store) => {
        await store.commit(batchAt(0))
        const bad = batchAt(1, { ledger: [aDelta({ committed: 2 }), aDelta({ source: 'x'.repeat(200) })] })
        const late = batchAt(1, { devices: [aDevice(1), aDevice(2, { external: 'A-1' as DeviceId })] })
        for (const failing of [bad, late]) {
          const outcomes = await Promise.allSettled([store.commit(failing), store.commit(batchAt(2))])
          assert.deepEqual(
            outcomes.map(({ status }) => status),
            ['rejected', 'rejected'],
          )
          fault('fenced')((outcomes[1] as PromiseRejectedResult).reason)
          assert.equal((await store.cursor(journal)).position, 1)
          assert.deepEqual((await store.counts()).readings, 2)
          assert.deepEqual((await store.findSeqs(1, 0, [0, 1, 2, 3, 4, 5])).length, 2)
        }
        await Promise.all([store.commit(batchAt(1)), store.commit(batchAt(2))])
        assert.equal((await store.counts()).readings, 6)
      })

      onStore(
        'may find the offset where they begin behind a failed one: another did its work',
        async (store, place) => {
          await using other = await place.open()
          for (const from of [0, 2, 4]) {
            await other.commit(batchAt(from))
            const [first, second] = await Promise.allSettled([from, from + 1].map((at) => store.commit(batchAt(at))))
            fault('fenced')((first as PromiseRejectedResult).reason)
            assert.equal(second?.status, 'fulfilled')
            assert.equal((await store.counts()).readings, from * 2 + 4)
          }
          const seqs = Array.from({ length: 12 }, (_, seq) => seq)
          for (const who of [store, other]) {
            assert.equal((await who.findSeqs(1, 0, seqs)).length, 12)
            const { items } = await who.readings({ external: 'A-1', limit: 100 })
            assert.deepEqual(
              items.map(({ seq }) => seq),
              seqs,
            )
          }
        },
      )

      onStore(
        'of two writers that each ask for several, none doubles a row or leaves one out',
        async (store, place) => {
          await using other = await place.open()
          let rounds = 0
          for (let from = 0; from < 20; ) {
            const of = (who: Store) => [who.commit(batchAt(from)), who.commit(batchAt(from + 1))]
            await Promise.allSettled([...of(store), ...of(other)])
            const { position } = await store.cursor(journal)
            assert.ok(position >= from && position <= from + 2, `${from} -> ${position}`)
            assert.equal((await store.counts()).readings, position * 2)
            from = position
            // Each may have been in the way of the other: both look again, as after any fault.
            assert.ok(++rounds < 100, `no further than ${position}`)
          }
        },
      )
    })

    describe('S3 rows are never altered', () => {
      onStore('a number that no column holds exactly is refused', async (store) => {
        const readings = [
          aReading({ seq: 2 ** 53 }),
          aReading({ countIn: 1.5 }),
          aReading({ hash: Number.NaN }),
          aReading({ temperatureC: Number.POSITIVE_INFINITY }),
          aReading({ humidityPct: Number.NaN }),
          aReading({ previousStateS: 0.5 }),
          aReading({ epoch: Number.NEGATIVE_INFINITY }),
        ]
        for (const reading of readings)
          await assert.rejects(store.commit(aBatch({ readings: [reading] })), fault('data'))
        const devices = [
          aDevice(1, { maxSeq: 2 ** 53 }),
          aDevice(1, { readings: 0.5 }),
          aDevice(1, { batteryV: Number.NaN }),
          aDevice(1, { temperatureC: Number.POSITIVE_INFINITY }),
        ]
        for (const device of devices) await assert.rejects(store.commit(aBatch({ devices: [device] })), fault('data'))
        const { readings: stored, devices: known } = await store.counts()
        assert.deepEqual([stored, known], [0, 0])
      })

      onStore('an id that would come back changed is refused', async (store) => {
        for (const external of ['half \ud83d', 'x'.repeat(129), 'blank at the end '])
          await assert.rejects(
            store.commit(aBatch({ devices: [aDevice(1, { external: external as never })] })),
            fault('data'),
          )
        assert.equal((await store.counts()).devices, 0)
      })

      onStore('ids differ by case, accent and script, and quotes are only text', async (store) => {
        const ids = ['a-1', 'A-1', 'ä-1', 'å-1', "x' OR 1=1 --", 'x"\\', '車-1', '🅿️', 'x%', 'x_', 'ß', 'ss']
        const devices = ids.map((id, i) => aDevice(i + 1, { external: id as never, claimedBay: id }))
        await store.commit(aBatch({ devices }))
        for (const device of devices) assert.deepEqual(await store.devicesByExternal(device.external), [device])
      })

      onStore('a device number never changes hands', async (store) => {
        await store.commit(aBatch({ devices: [aDevice(1), aDevice(2)] }))
        const stolen = aDevice(1, { external: 'other' as never })
        const doubled = aDevice(3, { external: 'A-1' as never })
        const others = Array.from({ length: 50 }, (_, i) => aDevice(i + 10))
        for (const device of [stolen, doubled])
          for (const devices of [[device], [...others.slice(0, 25), device, ...others.slice(25)]])
            await assert.rejects(store.commit(aBatch({ from: 1, to: 2, devices })), fault('transient'))
        assert.deepEqual(await store.devices(), [aDevice(1), aDevice(2)])
      })
    })

    migrationContract(onStore, place, options.migrated !== undefined)

    onStore('names itself and its place without the password', async (store) => {
      const { version, location } = await store.describe()
      assert.match(version, /\d+\.\d+/)
      assert.ok(location.length > 0 && !location.includes('secret'))
    })

    onStore('what was committed is there when it is opened again', async (store, place) => {
      await store.commit(aBatch({ devices: [aDevice(1)], readings: [aReading()] }))
      await store[Symbol.asyncDispose]()
      await using again = await place.open()
      assert.deepEqual(await again.migrate(), [])
      assert.deepEqual(await again.devices(), [aDevice(1)])
      assert.equal((await again.cursor(journal)).position, 1)
    })

    readingBackContract(onStore)
    orderContract(onStore)
    lossContract(onStore)
    sumContract(onStore)
    tableContract(onStore)
    letterContract(onStore)
    leaseContract(onStore)
    parkingContract(onStore, place)
    countContract(onStore)
    scheduleContract(onStore)
    signContract(onStore)

    rawFrameContract(onStore, place)
    reportContract(onStore)
    viewContract(onStore)
    decoderContract(onStore, place)
    forecastContract(onStore)
    historyContract(place, options.histories ?? 20)
  })
}
