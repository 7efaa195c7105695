/** The part of the contract that reports are made from (reports.ts). */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { instant } from '../../lib/brand.ts'
import { dayMs, dayNumber, minuteMs } from '../../lib/utc-day.ts'
import type { HistoryBatch } from '../history.ts'
import { noSessions, sessionRows } from '../readings/session-rows.ts'
import type { Store } from '../store.ts'
import type { StorePlace } from './store-contract.ts'
import { aBatch, aDevice, aStay, at } from './store-samples.ts'

type OnStore = (sentence: string, body: (store: Store, place: StorePlace) => Promise<void>) => void

const nothing: HistoryBatch = { sessions: noSessions, occupancy: [], counts: [], health: [] }
const hourMs = 60 * minuteMs
const stay = (bay: string, departure: number, minutes: number, certain = true) =>
  aStay({ bay, departure: instant(departure), arrival: instant(departure - minutes * minuteMs), certain })

export function reportContract(onStore: OnStore): void {
  describe('what reports are made from', () => {
    onStore(
      'stays are added up by local day, length and certainty, those of earlier releases with them',
      async (store, place) => {
        // Clocks go back by an hour at `change`: an hour before it is the next local day in the summer, and not in the winter.
        const midnight = dayNumber(at) * dayMs
        const change = midnight + 23.5 * hourMs
        const offsets = [
          { from: Number.NEGATIVE_INFINITY, offsetMs: 2 * hourMs },
          { from: change, offsetMs: 0 },
        ]
        const stays = [
          stay('B-1', midnight + 21 * hourMs, 30),
          stay('B-1', midnight + 22 * hourMs, 30.5),
          stay('B-2', midnight + 23 * hourMs, 30, false),
          stay('B-2', change, 45),
          stay('B-9', midnight + 21 * hourMs, 30),
          stay('B-1', midnight, 10),
        ]
        await store.commit(aBatch({ devices: [aDevice(1)], history: { ...nothing, sessions: sessionRows(stays) } }))
        const [[day] = []] = await place.query('SELECT max(day) FROM stay')
        const earlier = midnight + 22 * hourMs
        await place.execute(
          `INSERT INTO session (day, device, departure, arrival, dwell_ms, bay, certain)
         VALUES (${day}, 1, ${earlier}, ${earlier - 30 * minuteMs}, ${30 * minuteMs}, 'B-1', 1)`,
        )
        const asked = { from: instant(midnight + hourMs), to: instant(midnight + 2 * dayMs), offsets }
        const today = dayNumber(at)
        const sumsOf = async (bays: Iterable<string>, isByDay = false) => {
          const sums = new Map<string, number[]>()
          for (const { day, minutes, certain, stays, dwellMs } of await store.stayLengths({
            ...{ ...asked, isByDay },
            bays: new Set(bays),
          })) {
            const [n = 0, ms = 0] = sums.get(`${day - today} ${minutes} ${certain}`) ?? []
            sums.set(`${day - today} ${minutes} ${certain}`, [n + stays, ms + dwellMs])
          }
          return Object.fromEntries([...sums].sort())
        }
        const expected = {
          '0 30 true': [1, 30 * minuteMs],
          '1 30 true': [2, 60.5 * minuteMs],
          '1 30 false': [1, 30 * minuteMs],
          '0 45 true': [1, 45 * minuteMs],
        }
        assert.deepEqual(await sumsOf(['B-1', 'B-2']), Object.fromEntries(Object.entries(expected).sort()))
        assert.deepEqual(await sumsOf(['B-1', 'B-2'], true), {
          '0 0 true': [2, 75 * minuteMs],
          '1 0 false': [1, 30 * minuteMs],
          '1 0 true': [2, 60.5 * minuteMs],
        })
        // More bays than a statement takes parameters.
        const many = ['B-1', 'B-2', ...Array.from({ length: 40_000 }, (_, i) => `X-${i}`)]
        assert.deepEqual(await sumsOf(many), await sumsOf(['B-1', 'B-2']))
        assert.deepEqual(await sumsOf([]), {})
      },
    )

    onStore('stays across a moment began before it and ended at it or later', async (store) => {
      const stays = [
        stay('B-1', at, 5),
        stay('B-1', at - 1, 5),
        stay('B-2', at + 5 * minuteMs, 5),
        stay('B-2', at + 1, 5),
        stay('B-9', at + 1, 5),
      ]
      await store.commit(aBatch({ history: { ...nothing, sessions: sessionRows(stays) } }))
      const across = (until: number) => store.staysAcross({ bays: new Set(['B-1', 'B-2']), at, until: instant(until) })
      assert.equal(await across(at + dayMs), 2)
      assert.equal(await across(at + 1), 1)
    })

    onStore(
      'overstays are added up by bay and rule, without those of less than a minute and those that go on',
      async (store) => {
        const row = (bay: string, ended: number | null, minutes: number | null, maxStayMin = 30) => ({
          ...{ bay, arrival: instant(at - (ended ?? 0) / 1_000), maxStayMin, graceMin: 5, begun: at, minutes },
          ended: ended === null ? null : instant(ended),
        })
        const put = [
          row('B-2', at, 7),
          row('B-2', at + 1_000, 4),
          row('B-2', at + 2_000, 9, 60),
          row('B-1', at + dayMs, 3),
        ]
        const left = [row('B-1', at + 3_000, 0), row('B-3', null, null), row('B-9', at, 5), row('B-1', at - 1_000, 5)]
        const standing = { put: [], gone: [], overstays: { put: [...put, ...left], gone: [] } }
        await store.commit(aBatch({ history: { ...nothing, standing } }))
        const bays = new Set(['B-1', 'B-2', 'B-3'])
        assert.deepEqual(await store.overstaySums({ bays, from: at, to: instant(at + 2 * dayMs) }), [
          { bay: 'B-1', maxStayMin: 30, graceMin: 5, overstays: 1, minutes: 3, longestMin: 3 },
          { bay: 'B-2', maxStayMin: 30, graceMin: 5, overstays: 2, minutes: 11, longestMin: 7 },
          { bay: 'B-2', maxStayMin: 60, graceMin: 5, overstays: 1, minutes: 9, longestMin: 9 },
        ])
        assert.deepEqual((await store.overstaySums({ bays, from: at, to: instant(at + dayMs) })).length, 2)
      },
    )

    onStore('days of a device count when a frame of it was stored; sums are of the days asked for', async (store) => {
      const row = (day: number, device: number, committed: number, lost = 0) => ({
        ...{ day, device, committed, duplicate: 1, quarantined: 2, lost, readings: committed },
      })
      const sensorDays = [row(6, 1, 9), row(7, 1, 3), row(8, 1, 0, 4), row(9, 1, 5), row(7, 2, 1), row(10, 2, 1)]
      const losses = { sensorDays, gaps: [], gapsGone: [], losses: [], intakeDays: [] }
      await store.commit(aBatch({ devices: [aDevice(1), aDevice(2)], losses }))
      assert.deepEqual(await store.deviceDays({ from: 7, to: 9 }), [
        { device: 1, days: 2, committed: 8, duplicate: 3, quarantined: 6, lost: 4 },
        { device: 2, days: 1, committed: 1, duplicate: 1, quarantined: 2, lost: 0 },
      ])
    })

    onStore('changes of bays come by bay, then time, and only those of the bays and time asked for', async (store) => {
      const row = (bay: string, ms: number, state: 'free' | 'occupied' = 'free') => ({
        ...{ bay, time: instant(at + ms), state, cause: 'device' as const, flags: 0, device: null, override: null },
      })
      const changes = [
        row('B-2', 0),
        row('B-1', 5, 'occupied'),
        row('B-1', 0),
        row('B-3', 0),
        row('B-1', 10),
        row('B-2', -1),
      ]
      const bays = {
        states: [],
        changes,
        overrides: [],
        clock: undefined,
        gateways: { gateways: [], paths: [], gatewaysGone: [] },
      }
      await store.commit(aBatch({ history: { ...nothing, bays } }))
      const found = await store.bayChanges({ bays: ['B-2', 'B-1'], from: at, to: instant(at + 10) })
      assert.deepEqual(found, [changes[2], changes[1], changes[0]])
      assert.deepEqual(await store.bayChanges({ bays: [], from: at, to: instant(at + 10) }), [])
    })
  })
}
