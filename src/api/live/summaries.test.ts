import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import * as fc from 'fast-check'
import { newDevice } from '../../domain/fold.ts'
import { type Layout, plainBay } from '../../domain/layout.ts'
import { occupancyOf } from '../../domain/occupancy.ts'
import type { DeviceId } from '../../domain/reading.ts'
import { instant } from '../../lib/brand.ts'
import { createFloor } from './floor.ts'
import { createPresence } from './presence.ts'
import { siteSummaries } from './summaries.ts'

const siteCount = 2
const levelCount = 2
const baysOfLevel = 3
const bays = siteCount * levelCount * baysOfLevel
const listOf = <T>(length: number, make: (i: number) => T) => Array.from({ length }, (_, i) => make(i))
const layout: Layout = {
  ...{ name: '', bayW: 1, bayH: 1 },
  sites: listOf(siteCount, (site) => ({
    ...{ id: `s${site}`, name: 's', zone: 'UTC' },
    levels: listOf(levelCount, (level) => ({
      ...{ id: `l${level}`, name: 'l', x: 0, y: 0, w: 9, h: 9, zones: [] },
      bays: listOf(baysOfLevel, (i) =>
        plainBay(`B${(site * levelCount + level) * baysOfLevel + i}`, { x: i, y: 0 }, {}),
      ),
    })),
  })),
}
const change = fc.record({
  bay: fc.nat(bays - 1),
  state: fc.constantFrom(...bayStates),
  time: fc.nat(1_000),
  is: fc.constantFrom('state' as const, 'arrival' as const, 'publish' as const),
})

test('sites are counted as what is published now after any past', async () => {
  await fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const presence = createPresence(createFloor(layout, 1), 1_000_000)
      for (const { bay, state, time, is } of changes) {
        const row = {
          bay: `B${bay}`,
          state,
          since: instant(0),
          cause: time % 2 === 0 ? 'override' : 'device',
          flags: 0,
          device: null,
        } as const
        if (is === 'state')
          presence.applyBay({ ...row, override: null, changed: null, patterns: '[]', rev: 1 }, instant(0))
        const device = newDevice(bay + 1, 'test', `B${bay}` as DeviceId, instant(time))
        if (is === 'arrival') presence.apply({ ...device, occupied: true }, instant(0))
        if (is === 'publish') presence.publish()
        const summaries = siteSummaries(presence)
        for (const [site, { occupancy, levels, updated }] of summaries.entries()) {
          const from = site * levelCount * baysOfLevel
          const occupancyIn = (at: number, length: number) => {
            const codes = [...presence.shown.slice(at, at + length)]
            const live = presence.live.slice(at, at + length).reduce((sum, one) => sum + one, 0)
            return occupancyOf(
              bayStates.map((_, code) => codes.filter((one) => one === code).length),
              live,
            )
          }
          assert.deepEqual(occupancy, occupancyIn(from, levelCount * baysOfLevel))
          for (const [level, of] of levels.entries())
            assert.deepEqual(of.occupancy, occupancyIn(from + level * baysOfLevel, baysOfLevel))
          const newest = presence.updated(from, from + levelCount * baysOfLevel)
          assert.equal(updated, newest === undefined ? null : new Date(newest).toISOString())
        }
      }
    }),
  )
})
