/** The part of the contract that remembers count zones and their trail (counts.ts). */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { instant } from '../../lib/brand.ts'
import { dayMs, dayNumber } from '../../lib/utc-day.ts'
import type { CountChangeRow, CountStateRow, CountZoneRow } from '../counts.ts'
import type { HistoryBatch } from '../history.ts'
import { noSessions } from '../readings/session-rows.ts'
import type { Store } from '../store.ts'
import { aBatch, at, walk } from './store-samples.ts'

type OnStore = (sentence: string, body: (store: Store) => Promise<void>) => void

const nothing: HistoryBatch = { sessions: noSessions, occupancy: [], counts: [], health: [] }
const name = { site: 'S', level: 'L', zone: 'Z' }

const aZone = (row: Partial<CountZoneRow> = {}): CountZoneRow => ({
  ...{ ...name, state: 'known', since: at, capacity: 40, offset: -1, vehicles: 12, low: 11, high: 14 },
  ...{ setAt: at, setTo: 10, entries: 7, exits: 5, cutEmpty: 0, cutFull: 1, slackLow: 2, slackHigh: 3 },
  ...{
    driftErrors: 1.9 * 0.9,
    driftTraffic: 0.1 + 0.2,
    lostMs: 60_000,
    awaited: ['g', 'h'],
    newDevices: ['h'],
    uncounted: at,
  },
  ...{ counted: null, mismatch: -3, mismatchSince: at },
  ...{ recounts: ['r-1', 'r "2"'], rev: 1, ...row },
})

const aChange = (row: Partial<CountChangeRow> = {}): CountChangeRow => ({
  ...{ ...name, time: at, change: 'recount', id: 'r-1', vehicles: 10, before: 12, traffic: 90, cut: 0 },
  ...{ author: 'Zoë', reason: 'Counted on foot', ...row },
})

export function countContract(onStore: OnStore): void {
  describe('count zones', () => {
    const writing = (
      zones: readonly CountZoneRow[],
      changes: readonly CountChangeRow[],
      states: readonly CountStateRow[] = [],
    ): HistoryBatch => ({ ...nothing, vehicles: { zones, states, changes } })

    onStore('a count zone is read back as it was written, and followed by its rev', async (store) => {
      assert.deepEqual([await store.countZones(), await store.countRev()], [[], 0])
      const [first, second] = [aZone(), aZone({ zone: 'Y', vehicles: null, low: null, high: null, rev: 2 })]
      await store.commit(aBatch({ history: writing([first, second], []) }))
      assert.deepEqual(await store.countZones(), [second, first])
      assert.deepEqual(await store.countZonesSince(1), [second])
      const again = aZone({ state: 'stale', recounts: [], rev: 3 })
      await store.commit(aBatch({ from: 1, to: 2, history: writing([again], []) }))
      assert.deepEqual(await store.countZonesSince(0), [second, again])
      assert.equal(await store.countRev(), 3)
    })

    onStore('the trail of a zone comes newest first, page by page, and cuts of a quarter add up', async (store) => {
      const trail = [
        aChange(),
        aChange({ id: 'r-2' }),
        aChange({ change: 'full', id: '', cut: 2, author: null, reason: '' }),
        aChange({ time: instant(at + 1), change: 'reset', id: '', before: null, author: null, reason: '' }),
        aChange({ zone: 'Y', id: 'r-3' }),
      ]
      await store.commit(aBatch({ history: writing([], trail) }))
      const more = { ...(trail[2] as CountChangeRow), vehicles: 11, cut: 3 }
      await store.commit(aBatch({ from: 1, to: 2, history: writing([], [more]) }))
      const found = await walk((cursor) => store.countTrail({ ...name, limit: 1, ...cursor }))
      assert.deepEqual(found, [trail[3], { ...(trail[2] as CountChangeRow), cut: 5 }, trail[1], trail[0]])
      await assert.rejects(store.countTrail({ ...name, limit: 1, cursor: 'x' }), { code: 'E_BAD_CURSOR' })
    })

    onStore(
      'the count of each zone at a moment is that of its newest row until then, and old rows are forgotten',
      async (store) => {
        const state = (ms: number, vehicles: number | null, zone = 'Z'): CountStateRow => ({
          ...{ ...name, zone, time: instant(at + ms), state: vehicles === null ? 'unknown' : 'known', capacity: 40 },
          ...{ offset: -1, vehicles, low: vehicles, high: vehicles, mismatch: 0 },
        })
        const states = [state(0, null), state(1_000, 12), state(dayMs, 13), state(0, 5, 'Y')]
        await store.commit(aBatch({ history: writing([aZone(), aZone({ zone: 'Y' })], [], states) }))
        const thenIs = async (ms: number | undefined) =>
          (await store.countStatesAt(ms === undefined ? undefined : instant(at + ms)))
            .map(({ zone, vehicles }) => `${zone} ${vehicles}`)
            .toSorted()
        assert.deepEqual(await thenIs(-1), [])
        assert.deepEqual(
          [await thenIs(0), await thenIs(999)],
          [
            ['Y 5', 'Z null'],
            ['Y 5', 'Z null'],
          ],
        )
        assert.deepEqual(
          [await thenIs(1_000), await thenIs(undefined)],
          [
            ['Y 5', 'Z 12'],
            ['Y 5', 'Z 13'],
          ],
        )
        // Another change of the same moment takes its place.
        await store.commit(aBatch({ from: 1, to: 2, history: writing([], [], [state(dayMs, 14)]) }))
        assert.deepEqual(await store.countStatesAt(instant(at + dayMs)), [state(0, 5, 'Y'), state(dayMs, 14)])
        assert.equal(await store.forgetCountStates(dayNumber(at) + 1), 1)
        assert.deepEqual([await thenIs(999), await thenIs(1_000)], [['Y 5'], ['Y 5', 'Z 12']])
      },
    )

    onStore('a recount is found by its id, and nothing by an empty one', async (store) => {
      const reset = aChange({ change: 'reset', id: '', author: null, reason: '' })
      await store.commit(aBatch({ history: writing([], [aChange(), reset]) }))
      assert.deepEqual(await store.recountById('r-1'), aChange())
      assert.deepEqual([await store.recountById('r-9'), await store.recountById('')], [undefined, undefined])
    })
  })
}
