/** The part of the contract that the order of readings needs: what is stored of a device, what is remembered of it, frames that wait. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { type Instant, instant } from '../../lib/brand.ts'
import { noSessions, sessionRows } from '../readings/session-rows.ts'
import type { Store } from '../store.ts'
import { aBatch, aDeadLetter, aDelta, aDevice, aReading, aStay, at, journal } from './store-samples.ts'

type OnStore = (sentence: string, body: (store: Store) => Promise<void>) => void

export function orderContract(onStore: OnStore): void {
  describe('the order of readings', () => {
    onStore(
      'readings of a device are found by their time, by their newest position and between two times',
      async (store) => {
        const times = [10, 30, 20, 20, 40].map((minute) => instant(at + minute * 60_000))
        const readings = times.map((time, i) =>
          aReading({ pos: i + 1, idx: i, seq: i === 3 ? null : i, time, hash: 100 + i }),
        )
        const others = [aReading({ pos: 9, device: 2, time: times[2] as Instant })]
        await store.commit(aBatch({ to: 9, devices: [aDevice(1), aDevice(2)], readings: [...readings, ...others] }))
        const hashes = (rows: readonly { hash: number }[]) => rows.map(({ hash }) => hash)
        const found = await store.findTimes(1, [times[2] as Instant, instant(at + 1)])
        assert.deepEqual(
          found.map(({ pos, seq, hash }) => ({ pos, seq, hash })).sort((a, b) => a.pos - b.pos),
          [
            { pos: 3, seq: 2, hash: 102 },
            { pos: 4, seq: null, hash: 103 },
          ],
        )
        assert.deepEqual(await store.findTimes(1, []), [])
        const newest = async (devices: number[], count: number) => (await store.newestOf(devices, count)).map(hashes)
        assert.deepEqual(await newest([1], 3), [[104, 103, 102]])
        assert.deepEqual(await newest([1], 99), [[104, 103, 102, 101, 100]])
        assert.deepEqual(await newest([9, 1, 2], 2), [[], [104, 103], [others[0]?.hash]])
        assert.deepEqual(await newest([], 2), [])
        const between = await store.readingsBetween(1, times[2] as Instant, times[4] as Instant)
        assert.deepEqual(hashes(between).sort(), [101, 102, 103])
        assert.equal(between.find(({ hash }) => hash === 101)?.occupied, true)
      },
    )

    onStore('the order of a device is what was stored of it last', async (store) => {
      const orders = [1, 2].map((device) => ({ device, state: `{"of":${device}}` }))
      await store.commit(aBatch({ devices: [aDevice(1), aDevice(2)], orders }))
      await store.commit(aBatch({ from: 1, to: 2, orders: [{ device: 2, state: '{"clock":null}' }] }))
      assert.deepEqual(
        (await store.deviceOrders()).map(({ device, state }) => ({ device, state })),
        [orders[0], { device: 2, state: '{"clock":null}' }],
      )
      assert.deepEqual(
        (await store.deviceOrders([2, 9])).map(({ device }) => device),
        [2],
      )
      assert.deepEqual(await store.deviceOrders([]), [])
    })

    onStore(
      'a frame that waits is in no list of dead letters, cannot be discarded or tried again, and is counted apart',
      async (store) => {
        const letters = [aDeadLetter({ idx: 0, state: 'tentative' }), aDeadLetter({ idx: 1 })]
        const ledger = [aDelta({ quarantined: 2 })]
        await store.commit(aBatch({ deadLetters: letters, ledger }))
        assert.deepEqual(
          (await store.undecidedFrames()).map(({ idx, state, bytes }) => [idx, state, bytes.length]),
          [[0, 'tentative', 256]],
        )
        assert.deepEqual(
          (await store.deadLetters({ limit: 9 })).items.map(({ idx }) => idx),
          [1],
        )
        assert.equal(await store.deadLetter(1, 0), undefined)
        assert.equal(await store.discard({ pos: 1, idx: 0, author: 'a', reason: 'r', now: at }), 'gone')
        assert.equal(await store.requeue({ pos: 1, idx: 0 }), 0)
        assert.deepEqual([await store.requeue({}), (await store.deadLetterCodes()).length], [1, 1])
        const { totals } = await store.ledgerAt(journal)
        assert.deepEqual([Number(totals.quarantined), totals.tentative, (await store.counts()).deadLetters], [1, 1, 1])
        const [row] = await store.ledger()
        assert.deepEqual([Number(row?.quarantined), row?.tentative], [1, 1])
        const { failures, sources } = await store.recount(journal)
        assert.deepEqual([failures, sources[0]?.quarantined, sources[0]?.tentative], [[], 1, 1])
        await store.commit(
          aBatch({
            from: 1,
            to: 2,
            deadLettersDone: [{ pos: 1, idx: 0 }],
            ledger: [aDelta({ quarantined: -1, committed: 1 })],
          }),
        )
        assert.deepEqual(await store.undecidedFrames(), [])
      },
    )

    onStore('frames that wait are counted with their own journal, source and day of arrival', async (store) => {
      const day = 24 * 60 * 60_000
      const waits = (idx: number, more: object = {}) => aDeadLetter({ idx, state: 'tentative', ...more })
      const letters = [waits(0), waits(1), waits(2, { arrived: instant(at + day) })]
      const days = (ms: number) => new Date(ms).toISOString().slice(0, 10)
      const ledger = [aDelta({ quarantined: 3 }), aDelta({ quarantined: 1, day: days(at + day) })]
      await store.commit(aBatch({ deadLetters: letters, ledger }))
      await store.takeFence('another', 1)
      const { base = 0 } = await store.cursor('another')
      await store.commit({
        ...aBatch({ ledger: [aDelta({ quarantined: 1 })], deadLetters: [waits(0, { pos: base + 1 })] }),
        journal: 'another',
        fence: 1,
      })
      const of = async (name: string) => {
        const { quarantined, tentative } = (await store.ledgerAt(name)).totals
        return [Number(quarantined), tentative]
      }
      assert.deepEqual(
        [await of(journal), await of('another')],
        [
          [1, 3],
          [0, 1],
        ],
      )
      assert.deepEqual(
        (await store.ledger()).map(({ day: name, quarantined, tentative }) => [name, Number(quarantined), tentative]),
        [
          [days(at), 1, 3],
          [days(at + day), 0, 1],
        ],
      )
    })

    onStore(
      'a stay that late readings showed to be none goes, and one that came to light takes its place',
      async (store) => {
        const stay = (from: number, to: number, certain = true) =>
          aStay({ arrival: instant(at + from), departure: instant(at + to), bay: 'B', certain })
        const nothing = { occupancy: [], counts: [], health: [] }
        await store.commit(
          aBatch({
            devices: [aDevice(1)],
            history: { ...nothing, sessions: sessionRows([stay(0, 90), stay(100, 120)]) },
          }),
        )
        const sessionsAdded = [stay(0, 30), stay(60, 90), stay(100, 120, false)]
        const history = {
          ...nothing,
          sessions: noSessions,
          sessionsGone: [stay(0, 90)],
          sessionsAdded,
        }
        await store.commit(aBatch({ from: 1, to: 2, history }))
        const found = await store.sessions({ device: 1, from: at, to: instant(at + 1_000), limit: 9 })
        assert.deepEqual(found, sessionsAdded)
      },
    )
  })
}
