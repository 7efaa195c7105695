/** Sums of what senders choose stop at 2^53 - 1 and stay readable; counts of frames are exact. No value of a sum refuses a batch. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { sumMax } from '../../lib/sum.ts'
import { noSessions } from '../readings/session-rows.ts'
import type { Store } from '../store.ts'
import type { StorePlace } from './store-contract.ts'
import { aBatch, aDelta, aDevice, at, journal } from './store-samples.ts'

const today = Math.floor(at / 86_400_000)
const aDay = { day: today, device: 1, committed: 0, duplicate: 0, quarantined: 0, lost: 0, readings: 0 }
const noLosses = { sensorDays: [], gaps: [], gapsGone: [], losses: [], intakeDays: [] }
const noHistory = { occupancy: [], counts: [], health: [] }

type OnStore = (sentence: string, body: (store: Store, place: StorePlace) => Promise<void>) => void

export function sumContract(onStore: OnStore): void {
  describe('a sum never refuses a batch', () => {
    onStore('missing numbers stop at 2^53 - 1 in ledger, days of sensors and totals, and stay there', async (store) => {
      const sensorDays = [{ ...aDay, lost: sumMax - 1 }]
      await store.commit(
        aBatch({
          to: 1,
          devices: [aDevice(1)],
          ledger: [aDelta({ lost: sumMax - 1 }), aDelta({ source: 'tcp', lost: sumMax - 1 })],
          losses: { ...noLosses, sensorDays },
        }),
      )
      await store.commit(
        aBatch({ from: 1, to: 2, ledger: [aDelta({ lost: sumMax })], losses: { ...noLosses, sensorDays } }),
      )
      await store.commit(
        aBatch({
          ...{ from: 2, to: 3, ledger: [aDelta({ lost: -7 })] },
          losses: { ...noLosses, sensorDays: [{ ...aDay, lost: -7 }] },
        }),
      )
      assert.deepEqual(
        (await store.ledger()).map(({ lost }) => lost),
        [sumMax, sumMax - 1],
      )
      assert.equal((await store.ledgerAt(journal)).totals.lost, sumMax)
      assert.equal((await store.sensorDays({ limit: 10 })).items[0]?.lost, sumMax)
      assert.equal((await store.cursor(journal)).position, 3)
    })

    onStore('rows of one key are added up one after the other, however many a statement holds', async (store) => {
      const devices = [aDevice(1), aDevice(2)]
      const sensorDays = Array.from({ length: 63 }, (_, i) => ({ ...aDay, device: 1 + (i % 2), lost: i + 1 }))
      await store.commit(aBatch({ devices, losses: { ...noLosses, sensorDays } }))
      const { items } = await store.sensorDays({ limit: 10 })
      const lostOf = (id: number) => items.find(({ device }) => device === id)?.lost
      assert.deepEqual([lostOf(1), lostOf(2)], [1_024, 992])
    })

    onStore('gaps and losses with a cause add up to 2^53 - 1 at most', async (store) => {
      const gaps = [1, 2, 3].map((device) => ({ device, epoch: 0, from: 1, to: sumMax - 1, day: today }))
      const loss = { source: 'udp', cause: 'kernel-drop' as const, day: today, from: null, to: null, detail: 'x' }
      const losses = ['a', 'b'].map((id) => ({ ...loss, id, frames: sumMax }))
      await store.commit(aBatch({ devices: [1, 2, 3].map((id) => aDevice(id)), losses: { ...noLosses, gaps, losses } }))
      assert.deepEqual(await store.lossTotals({}), [
        { cause: 'sequence-gap', frames: sumMax, uncounted: 0 },
        { cause: 'kernel-drop', frames: sumMax, uncounted: 0 },
      ])
      await store.recount(journal)
    })

    onStore('entries and exits of a quarter of an hour stop at 2^53 - 1', async (store) => {
      const counts = [{ device: 1, start: at, entries: sumMax, exits: 1, resets: 0 }]
      const history = { ...noHistory, sessions: noSessions, counts }
      await store.commit(aBatch({ to: 1, devices: [aDevice(1)], history }))
      await store.commit(aBatch({ from: 1, to: 2, history }))
      const [row] = await store.counted({ device: 1, from: at, to: (at + 1) as typeof at })
      assert.deepEqual([row?.entries, row?.exits, row?.resets], [sumMax, 2, 0])
    })

    onStore('a sum that an earlier release let grow beyond 2^53 - 1 is read as full', async (store, place) => {
      await store.commit(
        aBatch({
          devices: [aDevice(1)],
          ledger: [aDelta({ lost: 1 })],
          losses: { ...noLosses, sensorDays: [{ ...aDay, lost: 1 }] },
          history: {
            ...noHistory,
            sessions: noSessions,
            counts: [{ device: 1, start: at, entries: 1, exits: 1, resets: 0 }],
          },
        }),
      )
      await place.execute('UPDATE ledger SET lost = 9007199254740991000')
      await place.execute('UPDATE sensor_day SET lost = 9007199254740991000')
      await place.execute('UPDATE zone_count SET entries = 9007199254740991000')
      assert.equal((await store.ledger())[0]?.lost, sumMax)
      assert.equal((await store.sensorDays({ limit: 10 })).items[0]?.lost, sumMax)
      assert.equal((await store.counted({ device: 1, from: at, to: (at + 1) as typeof at }))[0]?.entries, sumMax)
      await store.recount(journal)
      // Adding to it neither fails nor wraps.
      await store.commit(
        aBatch({
          ...{ from: 1, to: 2, ledger: [aDelta({ lost: sumMax })] },
          losses: { ...noLosses, sensorDays: [{ ...aDay, lost: sumMax }] },
        }),
      )
      assert.equal((await store.ledger())[0]?.lost, sumMax)
    })

    onStore('the terms of the message balance are exact beyond 2^53', async (store, place) => {
      await store.commit(aBatch({ ledger: [aDelta({ committed: 1 }), aDelta({ source: 'tcp', committed: 1 })] }))
      await place.execute('UPDATE ledger SET committed = 9007199254740993')
      const { totals } = await store.ledgerAt(journal)
      assert.equal(totals.committed, 18_014_398_509_481_986n)
    })
  })
}
