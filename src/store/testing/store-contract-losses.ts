/** The promises of `losses.ts`, as tests that every dialect passes. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe } from 'node:test'
import { instant } from '../../lib/brand.ts'
import { dayNumber } from '../../lib/utc-day.ts'
import type { LossBatch } from '../losses.ts'
import { BadCursor, type Store, StoreError } from '../store.ts'
import type { LossRow } from '../tables/loss.ts'
import type { SensorDayDelta } from '../tables/sensor-day.ts'
import type { StorePlace } from './store-contract.ts'
import { aBatch, aDeadLetter, aDelta, aDevice, aReading, at, journal, walk } from './store-samples.ts'

type OnStore = (sentence: string, body: (store: Store, place: StorePlace) => Promise<void>) => void

const today = dayNumber(at)
export const someLosses = (losses: Partial<LossBatch>): LossBatch => ({
  sensorDays: [],
  gaps: [],
  gapsGone: [],
  losses: [],
  intakeDays: [],
  ...losses,
})
const aDay = (day: Partial<SensorDayDelta>): SensorDayDelta => ({
  ...{ day: today, device: 1, committed: 0, duplicate: 0, quarantined: 0, lost: 0, readings: 0 },
  ...day,
})
const aLoss = (loss: Partial<LossRow>): LossRow => ({
  ...{ source: 'serial', cause: 'port-down' as const, id: '1', day: today, frames: null, from: at, to: null },
  detail: 'The port was away.',
  ...loss,
})
const order = { pos: 3, idx: 0, author: 'ada', reason: 'noise of the installation', now: instant(at + 1) }

export function lossContract(onStore: OnStore) {
  describe('losses', () => {
    onStore('L1 all losses of a batch are there after it, or none', async (store) => {
      const losses = someLosses({
        sensorDays: [aDay({ committed: 2, lost: 3 })],
        gaps: [{ device: 1, epoch: 0, from: 2, to: 4, day: today }],
        losses: [aLoss({})],
        intakeDays: [{ source: 'http', day: '2026-11-23', received: 5, accepted: 3, refused: 1, unframeable: 1 }],
      })
      const bad = aReading({ countIn: 0.5 })
      await assert.rejects(store.commit(aBatch({ readings: [bad], devices: [aDevice(1)], losses })), StoreError)
      assert.deepEqual(await store.losses({ limit: 10 }), { items: [], next: null })
      assert.deepEqual((await store.sensorDays({ limit: 10 })).items, [])
      await store.commit(aBatch({ devices: [aDevice(1)], losses }))
      const gap = { cause: 'sequence-gap', source: 'http', external: 'A-1', ...losses.gaps[0] }
      assert.deepEqual(await store.losses({ limit: 10 }), { items: [aLoss({}), gap], next: null })
      const { items } = await store.sensorDays({ limit: 10 })
      assert.deepEqual(items, [{ ...aDay({ committed: 2, lost: 3 }), source: 'http', external: 'A-1' }])
      assert.deepEqual(await store.intakeDays(), losses.intakeDays)
    })

    onStore('days of sensors add up, days of intake are replaced', async (store) => {
      const intake = { source: 'http', day: '2026-11-23', received: 5, accepted: 3, refused: 1, unframeable: 1 }
      for (let n = 1; n <= 3; n++)
        await store.commit(
          aBatch({
            ...{ from: n - 1, to: n, devices: [aDevice(1)] },
            losses: someLosses({
              sensorDays: [aDay({ committed: n, duplicate: 1, lost: 2 - n, readings: 1 })],
              intakeDays: [{ ...intake, received: n }],
            }),
          }),
        )
      const [day] = (await store.sensorDays({ limit: 10 })).items
      assert.deepEqual([day?.committed, day?.duplicate, day?.lost, day?.readings], [6, 3, 0, 3])
      assert.deepEqual(await store.intakeDays(), [{ ...intake, received: 3 }])
    })

    onStore('L2 a gap moves its begin, is split and ends', async (store) => {
      const gap = { device: 1, epoch: 0, from: 2, to: 9, day: today }
      const put = (n: number, losses: Partial<LossBatch>) =>
        store.commit(aBatch({ from: n, to: n + 1, devices: [aDevice(1)], losses: someLosses(losses) }))
      await put(0, { gaps: [gap, { ...gap, epoch: 1 }] })
      await put(1, {
        gaps: [
          { ...gap, from: 6 },
          { ...gap, to: 4 },
        ],
      })
      assert.deepEqual(await store.gapsFrom(1, 0, 5, 10), [{ ...gap, from: 6 }])
      assert.deepEqual(await store.gapsFrom(1, 0, 4, 10), [
        { ...gap, to: 4 },
        { ...gap, from: 6 },
      ])
      assert.deepEqual(await store.gapsFrom(1, 0, 1, 1), [{ ...gap, to: 4 }])
      await put(2, { gapsGone: [gap, { ...gap, to: 4 }, { ...gap, to: 77 }] })
      assert.deepEqual(await store.gapsFrom(1, 0, 0, 10), [])
      assert.deepEqual(await store.gapsFrom(1, 1, 0, 10), [{ ...gap, epoch: 1 }])
    })

    onStore('pages of losses hold each one once, newest day first for any filter', async (store) => {
      const gaps = Array.from({ length: 9 }, (_, i) => ({
        ...{ device: 1 + (i % 3), epoch: i % 2, from: i * 10, to: i * 10 + i, day: today - (i % 4) },
      }))
      const losses = Array.from({ length: 9 }, (_, i) =>
        aLoss({
          ...{ id: `${i}`, day: today - (i % 3), source: i % 2 ? 'udp' : 'serial', frames: i % 3 ? i : null },
          cause: i % 2 ? 'kernel-drop' : 'port-down',
        }),
      )
      const devices = [aDevice(1), aDevice(2), aDevice(3, { source: 'udp' })]
      await store.commit(aBatch({ devices, losses: someLosses({ gaps, losses }) }))
      const all = await walk((cursor) => store.losses({ limit: 2, ...cursor }))
      assert.equal(all.length, 18)
      assert.equal(new Set(all.map((loss) => JSON.stringify(loss))).size, 18)
      assert.deepEqual(
        all.map(({ day }) => day),
        all.map(({ day }) => day).sort((a, b) => b - a),
      )
      const filters = [
        { source: 'udp' },
        { device: 'A-2' },
        { cause: 'sequence-gap' as const },
        { cause: 'kernel-drop' as const },
        { from: today - 1 },
        { to: today - 1 },
        { source: 'udp', from: today - 2, to: today - 1 },
        { source: 'none-such' },
      ]
      for (const filter of filters) {
        const expected = all.filter(
          (loss) =>
            (filter.source ?? loss.source) === loss.source &&
            (filter.cause ?? loss.cause) === loss.cause &&
            (filter.device === undefined || ('external' in loss && loss.external === filter.device)) &&
            loss.day >= (filter.from ?? 0) &&
            loss.day <= (filter.to ?? today),
        )
        assert.deepEqual(await walk((cursor) => store.losses({ limit: 2, ...filter, ...cursor })), expected)
        const totals = await store.lossTotals(filter)
        for (const cause of ['sequence-gap', 'port-down', 'kernel-drop'] as const) {
          const ofCause = expected.filter((loss) => loss.cause === cause)
          const known = ofCause.map((loss) => ('frames' in loss ? loss.frames : loss.to - loss.from + 1))
          const total = totals.find((one) => one.cause === cause)
          if (ofCause.length === 0) assert.equal(total, undefined)
          else
            assert.deepEqual(total, {
              cause,
              frames: known.reduce<number>((sum, n) => sum + (n ?? 0), 0),
              uncounted: known.filter((n) => n === null).length,
            })
        }
      }
    })

    onStore('a loss that is reported again is stored once, on its first day', async (store) => {
      const loss = aLoss({})
      await store.commit(aBatch({ losses: someLosses({ losses: [loss] }) }))
      const ended = { ...loss, to: instant(at + 5), detail: 'The port was away for 5 ms.' }
      await store.commit(aBatch({ from: 1, to: 2, losses: someLosses({ losses: [{ ...ended, day: today + 1 }] }) }))
      assert.deepEqual((await store.losses({ limit: 10 })).items, [ended])
    })

    onStore('pages of sensor days hold each one once', async (store) => {
      const sensorDays = Array.from({ length: 12 }, (_, i) =>
        aDay({ day: today - (i % 4), device: 1 + Math.floor(i / 4), committed: i }),
      )
      const devices = [aDevice(1), aDevice(2), aDevice(3, { source: 'udp' })]
      await store.commit(aBatch({ devices, losses: someLosses({ sensorDays }) }))
      const all = await walk((cursor) => store.sensorDays({ limit: 2, ...cursor }))
      assert.deepEqual(
        all.map(({ day, device }) => [day, device]),
        sensorDays.map(({ day, device }) => [day, device]).sort(([a = 0, b = 0], [c = 0, d = 0]) => c - a || d - b),
      )
      for (const filter of [{ source: 'udp' }, { device: 'A-2' }, { from: today - 1, to: today - 1 }])
        assert.deepEqual(
          await walk((cursor) => store.sensorDays({ limit: 2, ...filter, ...cursor })),
          all.filter(
            (row) =>
              (filter.source ?? row.source) === row.source &&
              (filter.device ?? row.external) === row.external &&
              row.day >= (filter.from ?? 0) &&
              row.day <= (filter.to ?? today),
          ),
        )
    })

    onStore('a cursor of another list is refused', async (store) => {
      for (const cursor of ['x', 'lx', 'g', 'gWzEsMl0', '']) {
        await assert.rejects(store.losses({ cursor, limit: 1 }), BadCursor)
        await assert.rejects(store.sensorDays({ cursor, limit: 1 }), BadCursor)
      }
    })

    onStore(
      'L3 a discard takes the bytes and keeps who, when, why and their hash; again it changes nothing',
      async (store) => {
        const letter = aDeadLetter({ pos: 3, head: '{"frames":4}' })
        const other = aDeadLetter({ pos: 4 })
        await store.commit(aBatch({ to: 4, deadLetters: [letter, other] }))
        const found = await store.deadLetter(3, 0)
        // One dialect hands out a Buffer.
        assert.deepEqual(found && { ...found, bytes: Uint8Array.from(found.bytes) }, { ...letter, state: 'new' })
        assert.equal(await store.discardOf(3, 0), undefined)
        assert.equal(await store.discard(order), 'discarded')
        assert.equal(await store.deadLetter(3, 0), undefined)
        const kept = await store.discardOf(3, 0)
        const { source, codec, arrived, code, bytes } = letter
        assert.deepEqual(kept, {
          ...{ pos: 3, idx: 0, source, codec, arrived, code, frames: 4, size: bytes.length },
          sha256: createHash('sha256').update(bytes).digest('hex'),
          ...{ discarded: order.now, author: 'ada', reason: order.reason },
        })
        assert.equal(await store.discard({ ...order, reason: 'once more', author: 'bob' }), 'gone')
        assert.deepEqual(await store.discardOf(3, 0), kept)
        assert.equal(await store.requeue({ pos: 3, idx: 0 }), 0)
        assert.equal(await store.requeue({ pos: 4, idx: 0 }), 1)
        assert.equal(await store.discard({ ...order, pos: 4 }), 'requeued')
        assert.deepEqual((await store.deadLetter(4, 0))?.state, 'requeued')
        assert.deepEqual((await store.ledgerAt(journal)).cursor.position, 4)
      },
    )

    onStore('a recount of every row closes, or names the row that does not', async (store, place) => {
      const epochs = { epoch: 1, minSeq: 1, maxSeq: 4, distinct: 2, missingBefore: 2, readings: 5 }
      const device = aDevice(1, epochs)
      const readings = [
        [0, 1],
        [0, 4],
        [1, 1],
        [1, 4],
        [1, null],
      ].map(([epoch, seq], idx) => aReading({ idx, epoch: epoch as number, seq: seq as number | null }))
      const gap = { device: 1, from: 2, to: 3, day: today }
      const counted = { committed: 5, duplicate: 0, lost: 4 }
      await store.commit(
        aBatch({
          ...{ devices: [device, aDevice(2)], readings },
          deadLetters: [aDeadLetter({ pos: 3, head: '{"frames":4}' }), aDeadLetter({ pos: 4 })],
          ledger: [aDelta({ ...counted, quarantined: 5 })],
          losses: someLosses({
            gaps: [
              { ...gap, epoch: 0 },
              { ...gap, epoch: 1 },
            ],
            sensorDays: [aDay({ ...counted, readings: 5 })],
          }),
        }),
      )
      await store.discard(order)
      const progress: number[] = []
      const closed = await store.recount(journal, { onProgress: (done) => progress.push(done) })
      assert.deepEqual([closed.failures, closed.sensors, closed.epochs, progress], [[], 2, 2, [2]])
      assert.deepEqual(closed.totals, { ...counted, quarantined: 5, damaged: 0, tentative: 0 })
      assert.deepEqual(closed.sources, [
        {
          ...{
            source: 'http',
            ...counted,
            quarantined: 5,
            tentative: 0,
            damaged: 0,
            readings: 5,
            deadLetters: 1,
            discarded: 4,
          },
          ...{ openGaps: 2, confirmedLost: 2 },
        },
      ])
      const spoilt: [sql: string, undo: string, named: RegExp][] = [
        [
          'UPDATE gap SET from_seq = 3 WHERE epoch = 1',
          'UPDATE gap SET from_seq = 2',
          /A-1 of http, epoch 1: numbers 1 to 4 are 4, stored 2 \+ missing 1/,
        ],
        [
          'UPDATE reading SET seq = 4 WHERE idx = 2',
          'UPDATE reading SET seq = 1 WHERE idx = 2',
          /epoch 1: 1 numbers are stored more than once/,
        ],
        [
          'UPDATE reading SET device = 3 WHERE idx = 4',
          'UPDATE reading SET device = 1 WHERE idx = 4',
          /5 rows are stored, 4 of them belong to sensors/,
        ],
        [
          'UPDATE device SET missing_before = 1 WHERE id = 1',
          'UPDATE device SET missing_before = 2 WHERE id = 1',
          /2 numbers of ended epochs are missing, its state counts 1/,
        ],
        [
          'UPDATE device SET distinct_count = 3 WHERE id = 1',
          'UPDATE device SET distinct_count = 2 WHERE id = 1',
          /its state counts 3 numbers, 2 are stored/,
        ],
        [
          'UPDATE device SET max_seq = 5 WHERE id = 1',
          'UPDATE device SET max_seq = 4 WHERE id = 1',
          /its state has numbers 1 to 5, its readings 1 to 4/,
        ],
        [
          'UPDATE device SET readings = 1 WHERE id = 2',
          'UPDATE device SET readings = 0 WHERE id = 2',
          /A-2 of http: 0 readings are stored, its state counts 1/,
        ],
        ['UPDATE sensor_day SET lost = 5', 'UPDATE sensor_day SET lost = 4', /4 numbers are missing, its days count 5/],
        [
          'UPDATE sensor_day SET readings = 4',
          'UPDATE sensor_day SET readings = 5',
          /5 readings are stored, its days count 4/,
        ],
        [
          'UPDATE gap SET epoch = 7 WHERE epoch = 0',
          'UPDATE gap SET epoch = 0 WHERE epoch = 7',
          /epoch 7: has gaps and no readings/,
        ],
        [
          'UPDATE ledger SET lost = 3',
          'UPDATE ledger SET lost = 4',
          /source http: the ledger counts 3 lost numbers, the gaps of its sensors hold 4/,
        ],
        [
          'UPDATE discard SET frames = 3',
          'UPDATE discard SET frames = 4',
          /5 frames were quarantined, 1 are dead letters and 3 were discarded/,
        ],
      ]
      for (const [sql, undo, named] of spoilt) {
        await place.execute(sql)
        const { failures, failuresTotal } = await store.recount(journal)
        assert.ok(
          failures.some((row) => named.test(row)),
          `${sql}: ${failures.join('; ') || 'nothing found'}`,
        )
        assert.equal(failuresTotal, failures.length)
        await place.execute(undo)
      }
      assert.deepEqual((await store.recount(journal)).failures, [])
    })

    onStore('a recount sees whole batches only while others are committed', async (store, place) => {
      await using other = await place.open()
      let writing = true
      const counting = (async () => {
        for (let looks = 0; writing || looks < 2; looks++) {
          const { failures, cursor, totals } = await other.recount(journal)
          assert.deepEqual([failures, totals.committed], [[], cursor.position])
        }
      })()
      for (let n = 1; n <= 40; n++)
        await store.commit(
          aBatch({
            ...{ from: n - 1, to: n, readings: [aReading({ pos: n, seq: n })], ledger: [aDelta({ committed: 1 })] },
            devices: [aDevice(1, { minSeq: 1, maxSeq: n, distinct: n, readings: n })],
            losses: someLosses({ sensorDays: [aDay({ committed: 1, readings: 1 })] }),
          }),
        )
      writing = false
      await counting
    })
  })
}
