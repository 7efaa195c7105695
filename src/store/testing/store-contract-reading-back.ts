/** The half of the contract that reads back: every list in its order, every page edge, every filter. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { DeviceState } from '../../domain/device.ts'
import { emptyLayout } from '../../domain/layout.ts'
import { measures } from '../../domain/measures.ts'
import type { DeviceId } from '../../domain/reading.ts'
import { instant } from '../../lib/brand.ts'
import { BadCursor, type ReadingRow, type Store } from '../store.ts'
import type { StorePlace } from './store-contract.ts'
import {
  aBatch,
  aDeadLetter,
  aDelta,
  aDevice,
  aLayoutRow,
  aLedgerRow,
  aReading,
  at,
  journal,
  walk,
} from './store-samples.ts'

type OnStore = (sentence: string, body: (store: Store, place: StorePlace) => Promise<void>) => void

export function readingBackContract(onStore: OnStore): void {
  describe('reading back', () => {
    onStore('a reading comes back as it went in, at the edges of what it can hold', async (store) => {
      const rows: ReadingRow[] = [
        aReading({ seq: null, occupied: undefined }),
        aReading({ idx: 1, seq: 0, occupied: null, hash: 0, time: instant(-1) }),
        aReading({
          idx: 50_000 * 1_024 + 1_023,
          seq: Number.MAX_SAFE_INTEGER,
          occupied: false,
          quality: 7,
          distanceMm: 0.1,
          countIn: Number.MAX_SAFE_INTEGER,
          countOut: 0,
          batteryV: 3.58,
          batteryPct: 1e-300,
          temperatureC: -40.25,
          rssiDbm: -119,
        }),
        aReading({ idx: 2, seq: 2 ** 31, distanceMm: 12, batteryV: 3, temperatureC: 1 / 3, rssiDbm: 1.797e308 }),
      ]
      await store.commit(aBatch({ readings: rows, devices: [aDevice(1)] }))
      const { items } = await store.readings({ external: 'A-1', limit: 10 })
      const order = [rows[0], rows[1], rows[3], rows[2]]
      assert.deepEqual(
        items,
        order.map((row) => ({ ...row, source: 'http', external: 'A-1' })),
      )
    })

    onStore('devices are found by number above a rev, up to the rev that is committed', async (store) => {
      assert.deepEqual(await store.deviceEnds(), { id: 0, rev: 0 })
      await store.takeFence(journal, 1)
      const devices = [3, 1, 4, 1, 5].map((rev, i) => aDevice(i + 1, { rev }))
      await store.commit(aBatch({ to: 5, devices }))
      assert.deepEqual(await store.deviceEnds(), { id: 5, rev: 5 })
      const numbers = async (from: number, to: number, rev: number) =>
        (await store.devicesNumbered(from, to, rev)).map(({ id }) => id)
      assert.deepEqual(await numbers(1, 6, 0), [1, 2, 3, 4, 5])
      assert.deepEqual(await numbers(1, 5, 1), [1, 3])
      assert.deepEqual(await numbers(2, 6, 3), [3, 5])
      assert.deepEqual(await store.devicesNumbered(3, 4, 0), [devices[2]])
    })

    onStore('each measure comes back from both ends of its range, of a reading and of a device', async (store) => {
      const ends = measures.flatMap(({ key, min, max }) => [{ [key]: min }, { [key]: max }])
      const all = [...ends, Object.assign({}, ...ends) as Record<string, number>]
      const rows = all.map((values, i) => aReading({ idx: i, seq: i, ...values }))
      const devices = all.map((values, i) => aDevice(i + 1, values))
      await store.commit(aBatch({ readings: rows, devices }))
      const { items } = await store.readings({ external: 'A-1', limit: 100 })
      assert.deepEqual(
        items,
        rows.map((row) => ({ ...row, source: 'http', external: 'A-1' })),
      )
      assert.deepEqual(await store.devices(), devices)
    })

    onStore('a device comes back as it went in, and again when it has changed', async (store) => {
      const whole: DeviceState = aDevice(2, {
        claimedBay: 'B-7',
        epoch: 3,
        minSeq: 0,
        maxSeq: Number.MAX_SAFE_INTEGER,
        distinct: 5,
        missingBefore: 9,
        occupied: true,
        since: at,
        distanceMm: 1.5,
        countIn: 1,
        countOut: Number.MAX_SAFE_INTEGER,
        batteryV: 3.3,
        batteryPct: 99.5,
        batteryLow: true,
        temperatureC: -0.5,
        rssiDbm: -100,
        readings: 17,
        duplicates: 2,
        rev: 44,
      })
      await store.commit(aBatch({ devices: [whole, aDevice(1)] }))
      assert.deepEqual(await store.devices(), [aDevice(1), whole])
      const changed = [
        aDevice(1, { occupied: null, batteryLow: false, rev: 50 }),
        aDevice(2, { claimedBay: null, rev: 51 }),
      ]
      await store.commit(aBatch({ from: 1, to: 2, devices: changed }))
      assert.deepEqual(await store.devices(), changed)
    })

    onStore(
      'readings are ordered by epoch, number and acceptance across the sources of a device, page by page',
      async (store) => {
        const devices = [
          aDevice(1, { external: 'S' as never, source: 'mqtt' }),
          aDevice(2, { external: 'S' as never, source: 'http' }),
          aDevice(3, { external: 's' as never }),
        ]
        const readings: ReadingRow[] = []
        for (let pos = 1; pos <= 12; pos++)
          for (let idx = 0; idx < 4; idx++)
            readings.push(
              aReading({
                pos,
                idx,
                device: 1 + ((pos + idx) % 3),
                epoch: pos % 3,
                // Out of order, repeated, and without a number now and then.
                seq: (pos * 7 + idx) % 5 === 0 ? null : (pos * 7 + idx * 3) % 6,
                time: instant(at + pos * 1_000),
              }),
            )
        await store.commit(aBatch({ to: 12, devices, readings }))
        const expected = (of: readonly number[]) =>
          readings
            .filter(({ device }) => of.includes(device))
            .sort((a, b) => a.epoch - b.epoch || (a.seq ?? -1) - (b.seq ?? -1) || a.pos - b.pos || a.idx - b.idx)
            .map(({ pos, idx }) => [pos, idx])
        const listed = async (filter: Omit<Parameters<Store['readings']>[0], 'limit' | 'external'>, limit = 2) =>
          (await walk((cursor) => store.readings({ external: 'S', limit, ...filter, ...cursor }))).map(
            ({ pos, idx }) => [pos, idx],
          )
        for (const limit of [1, 2, 5, 1_000]) assert.deepEqual(await listed({}, limit), expected([1, 2]))
        assert.deepEqual(await listed({ source: 'http' }), expected([2]))
        const [from, to] = [instant(at + 3_000), instant(at + 9_000)]
        assert.deepEqual(
          await listed({ from, to }),
          expected([1, 2]).filter(([pos = 0]) => pos >= 3 && pos < 9),
        )
        assert.deepEqual(await store.readings({ external: 'none-such', limit: 5 }), { items: [], next: null })
      },
    )

    onStore('pages that end anywhere in closed blocks leave no reading out', async (store, here) => {
      await using small = await here.open(undefined, { blockRows: 3 })
      // Numbers that come twice, out of order, or not at all, and an epoch that begins.
      const said = [
        [0, 1],
        [0, 2],
        [0, 3],
        [0, null],
        [0, 5],
        [0, 4],
        [0, 6],
        [0, 6],
        [1, 0],
        [1, null],
        [1, 1],
      ] as const
      for (const [from, [epoch, seq]] of said.entries())
        await small.commit(
          aBatch({ from, to: from + 1, devices: [aDevice(1)], readings: [aReading({ pos: from + 1, epoch, seq })] }),
        )
      const inOrder = [4, 1, 2, 3, 6, 5, 7, 8, 10, 9, 11]
      for (const limit of [1, 2, 3, 4, 20])
        assert.deepEqual(
          (await walk((cursor) => store.readings({ external: 'A-1', limit, ...cursor }))).map(({ pos }) => pos),
          inOrder,
        )
    })

    onStore('the last page of a list has no cursor, whether full or not', async (store) => {
      const readings = [1, 2, 3, 4].map((seq) => aReading({ idx: seq, seq }))
      await store.commit(aBatch({ devices: [aDevice(1)], readings }))
      for (const limit of [4, 5]) assert.equal((await store.readings({ external: 'A-1', limit })).next, null)
      assert.notEqual((await store.readings({ external: 'A-1', limit: 3 })).next, null)
    })

    onStore('a cursor that this list did not hand out is refused', async (store) => {
      const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const wrong = [
        '',
        'x',
        '!',
        '%00',
        json({}),
        json([1]),
        json([1, 2, 3, 'x']),
        json([0, 1.5, 1, 1]),
        'A'.repeat(9_000),
      ]
      for (const cursor of wrong) {
        await assert.rejects(store.readings({ external: 'A-1', limit: 5, cursor }), BadCursor)
        await assert.rejects(store.devicePage({ limit: 5, cursor }), BadCursor)
        await assert.rejects(store.deadLetters({ limit: 5, cursor }), BadCursor)
      }
    })

    onStore('devices are paged by external id, then source', async (store) => {
      const names = ['b', 'a', 'B', 'ä', 'a', 'c', 'b']
      const sources = ['http', 'mqtt', 'http', 'http', 'http', 'mqtt', 'mqtt']
      const devices = names.map((name, i) => aDevice(i + 1, { external: name as never, source: sources[i] as string }))
      await store.commit(aBatch({ devices }))
      const listed = async (filter: { source?: string }) =>
        (await walk((cursor) => store.devicePage({ limit: 2, ...filter, ...cursor }))).map(
          ({ external, source }) => `${external} ${source}`,
        )
      assert.deepEqual(await listed({}), ['B http', 'a http', 'a mqtt', 'b http', 'b mqtt', 'c mqtt', 'ä http'])
      assert.deepEqual(await listed({ source: 'mqtt' }), ['a mqtt', 'b mqtt', 'c mqtt'])
      assert.deepEqual(
        (await store.devicesByExternal('a')).map(({ source }) => source),
        ['http', 'mqtt'],
      )
      assert.deepEqual(await store.devicesByExternal('none-such'), [])
    })

    onStore('devices since a rev are never split within one rev', async (store) => {
      const devices = [3, 1, 2, 2, 2, 5].map((rev, i) => aDevice(i + 1, { rev }))
      await store.commit(aBatch({ devices }))
      const revs = async (rev: number, limit: number) =>
        (await store.devicesSince(rev, limit)).map((device) => device.rev)
      assert.deepEqual(await revs(0, 100), [1, 2, 2, 2, 3, 5])
      assert.deepEqual(await revs(0, 1), [1])
      assert.deepEqual(await revs(0, 2), [1, 2, 2, 2])
      assert.deepEqual(await revs(1, 1), [2, 2, 2])
      assert.deepEqual(await revs(2, 1), [3])
      assert.deepEqual(await revs(5, 9), [])
    })

    onStore('sequence numbers of one device and epoch are found again', async (store) => {
      const seqs = [5, 9, 9, null, 7]
      const readings = seqs.map((seq, idx) => aReading({ idx, seq, hash: 100 + idx }))
      const others = [aReading({ pos: 2, device: 2, seq: 6 }), aReading({ pos: 3, epoch: 1, seq: 6 })]
      await store.commit(aBatch({ to: 3, devices: [aDevice(1), aDevice(2)], readings: [...readings, ...others] }))
      const many = Array.from({ length: 1_200 }, (_, seq) => seq)
      const found = (await store.findSeqs(1, 0, many)).toSorted(
        (a, b) => Number(a.seq) - Number(b.seq) || a.hash - b.hash,
      )
      assert.deepEqual(
        found.map(({ seq, hash }) => ({ seq, hash })),
        [
          { seq: 5, hash: 100 },
          { seq: 7, hash: 104 },
          { seq: 9, hash: 101 },
          { seq: 9, hash: 102 },
        ],
      )
      assert.deepEqual(await store.findSeqs(1, 0, []), [])
      assert.deepEqual(await store.epochSpan(1, 0), { min: 5, max: 9, distinct: 3 })
      assert.deepEqual(await store.epochSpan(1, 1), { min: 6, max: 6, distinct: 1 })
      assert.equal(await store.epochSpan(1, 2), undefined)
      assert.equal(await store.epochSpan(9, 0), undefined)
    })

    onStore('dead letters keep their bytes, are listed newest first and filtered', async (store) => {
      const letters = [
        aDeadLetter({ pos: 1, idx: 3, bytes: new Uint8Array(0) }),
        aDeadLetter({
          pos: 2,
          idx: 0,
          source: 'mqtt',
          detail: 'it\'s "quoted" \\ \u0000 🅿️ \ud83d',
          head: '{"meta":{"topic":"ä"}}',
        }),
        aDeadLetter({ pos: 2, idx: 1, code: 'bad-utf8', bytes: new Uint8Array(100_000).fill(0xff) }),
        aDeadLetter({ pos: 9, idx: 0, source: 'mqtt' }),
      ]
      await store.commit(aBatch({ to: 9, deadLetters: letters }))
      const listed = await walk((cursor) => store.deadLetters({ limit: 1, ...cursor }))
      const expected = letters
        .toReversed()
        .map((letter) => ({ ...letter, detail: letter.detail.toWellFormed(), state: 'new' }))
      assert.deepEqual(
        listed.map((letter) => ({ ...letter, bytes: Uint8Array.from(letter.bytes) })),
        expected,
      )
      const places = async (filter: { source?: string; code?: string }) =>
        (await walk((cursor) => store.deadLetters({ limit: 1, ...filter, ...cursor }))).map(
          ({ pos, idx }) => `${pos}.${idx}`,
        )
      assert.deepEqual(await places({ source: 'mqtt' }), ['9.0', '2.0'])
      assert.deepEqual(await places({ code: 'bad-utf8' }), ['2.1'])
      assert.deepEqual(await places({ code: 'bad-utf8', source: 'mqtt' }), [])
    })

    onStore('ids that differ in case or an accent alone are different devices', async (store) => {
      const names = ['a', 'A', 'e', 'é', 'e\u0301', 'ss', 'ß', 'a b', 'a  b']
      const devices = names.map((external, i) => aDevice(i + 1, { external: external as DeviceId, readings: 0 }))
      await store.commit(aBatch({ devices }))
      for (const [i, external] of names.entries())
        assert.deepEqual(
          (await store.devicesByExternal(external)).map(({ id }) => id),
          [i + 1],
          external,
        )
      // A server that pads would take it for the device without the blank.
      const padded = aDevice(99, { external: 'a ' as DeviceId })
      await assert.rejects(store.commit(aBatch({ from: 1, to: 2, devices: [padded] })), { fault: 'data' })
    })

    onStore('a dead letter is requeued once, and leaves with the batch that decoded it again', async (store) => {
      const letters = [1, 2, 3].map((pos) => aDeadLetter({ pos, source: pos === 2 ? 'mqtt' : 'http' }))
      await store.commit(aBatch({ to: 3, deadLetters: letters }))
      assert.equal(await store.requeue({ pos: 3, idx: 0 }), 1)
      assert.equal(await store.requeue({ pos: 3, idx: 0 }), 0)
      assert.equal(await store.requeue({ pos: 9, idx: 9 }), 0)
      assert.equal(await store.requeue({ source: 'mqtt', code: 'bad-csv' }), 0)
      assert.equal(await store.requeue({ source: 'mqtt' }), 1)
      const waiting = async (limit: number) =>
        (await store.requeuedDeadLetters(limit)).map(({ pos, state }) => `${pos} ${state}`)
      assert.deepEqual(await waiting(10), ['2 requeued', '3 requeued'])
      assert.deepEqual(await waiting(1), ['2 requeued'])
      const stillBad = aDeadLetter({ pos: 3, detail: 'still no JSON', code: 'bad-field' })
      const done = [2, 3].map((pos) => ({ pos, idx: 0 }))
      await store.commit(aBatch({ from: 3, to: 3, deadLettersDone: done, deadLetters: [stillBad] }))
      assert.deepEqual(await waiting(10), [])
      const left = await walk((cursor) => store.deadLetters({ limit: 9, ...cursor }))
      assert.deepEqual(
        left.map(({ pos, state, code }) => `${pos} ${state} ${code}`),
        ['3 new bad-field', '1 new not-json'],
      )
      assert.equal(await store.requeue({}), 2)
    })

    onStore('the ledger adds what batches bring, by source and day', async (store) => {
      const first = [aDelta({ committed: 5, lost: 2 }), aDelta({ source: 'mqtt', quarantined: 1 })]
      const second = [aDelta({ committed: 1, lost: -2, duplicate: 3 }), aDelta({ day: '2026-11-24', damaged: 4 })]
      await store.commit(aBatch({ ledger: first }))
      await store.commit(aBatch({ from: 1, to: 2, ledger: second }))
      assert.deepEqual(await store.ledger(), [
        aLedgerRow({ committed: 6, duplicate: 3 }),
        aLedgerRow({ day: '2026-11-24', damaged: 4 }),
        aLedgerRow({ source: 'mqtt', quarantined: 1 }),
      ])
      assert.deepEqual(await store.ledgerAt('unknown'), {
        cursor: { position: 0, fence: 0, base: 0 },
        totals: { committed: 0, duplicate: 0, quarantined: 0, lost: 0, damaged: 0, tentative: 0 },
      })
    })

    onStore('layouts are versioned, the newest is live, and each names the record that published it', async (store) => {
      assert.equal(await store.layout(), undefined)
      assert.equal(await store.layoutVersion(), undefined)
      const big = { ...emptyLayout, name: `Zürich 🅿️ ${'x'.repeat(100_000)}` }
      const first = await aLayoutRow(emptyLayout, { version: 1, record: 3, author: 'setup' })
      const said = { author: 'desk', comment: 'Zone Öst is open 🅿️', created: instant(at + 1) }
      const second = await aLayoutRow(big, { version: 2, record: 5, ...said })
      await store.commit(aBatch({ to: 6, layouts: [first, second] }))
      assert.equal(await store.layoutVersion(), 2)
      const published = { journal, record: 5 }
      assert.deepEqual(await store.layout(), { version: 2, ...said, published, layout: big })
      assert.equal(await store.layoutVersionAt({ journal, record: 3 }), 1)
      assert.equal(await store.layoutVersionAt({ journal, record: 4 }), undefined)
      assert.equal(await store.layoutVersionAt({ journal: 'another', record: 3 }), undefined)
    })

    onStore('a layout is written with its batch or not at all', async (store) => {
      await store.commit(aBatch({ to: 2, layouts: [await aLayoutRow(emptyLayout)] }))
      const layouts = [await aLayoutRow(emptyLayout, { version: 2, record: 3 })]
      await assert.rejects(store.commit(aBatch({ from: 1, to: 3, layouts })), { fault: 'fenced' })
      await store.commit(aBatch({ from: 2, to: 3, layouts, dry: true }))
      assert.equal(await store.layoutVersion(), 1)
    })
  })
}
