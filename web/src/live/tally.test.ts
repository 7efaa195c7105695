import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SiteSummary } from '@baykeeper/contract/live.ts'
import fc from 'fast-check'
import { code, stateCount } from '../bay-state.ts'
import { createFloor } from '../plan/floor.ts'
import { samplePlan } from '../plan/sample-plan.ts'
import { capacityOf, createTally, occupancyRate } from './tally.ts'

const floor = createFloor(samplePlan(3, 20))

test('after any snapshot and deltas, counts equal a recount of the states', () => {
  const snapshot = fc.uint8Array({ minLength: floor.size, maxLength: floor.size })
  const deltas = fc.array(fc.tuple(fc.integer({ min: 0, max: floor.size + 3 }), fc.integer({ min: 0, max: 6 })), {
    maxLength: 200,
  })
  fc.assert(
    fc.property(snapshot, deltas, (states, changes) => {
      const tally = createTally(floor)
      assert.ok(tally.replace(states))
      const changed = tally.apply(changes.flat())
      for (const bay of changed) assert.ok(bay < floor.size)
      const totals = new Int32Array(stateCount)
      const byPlate = new Int32Array(stateCount * floor.plates.length)
      for (const [bay, state] of tally.states.entries()) {
        totals[state] = (totals[state] as number) + 1
        const at = (floor.plateOf[bay] as number) * stateCount + state
        byPlate[at] = (byPlate[at] as number) + 1
      }
      assert.deepEqual(tally.totals, totals)
      assert.deepEqual(tally.byPlate, byPlate)
    }),
  )
})

test('what count zones add is in the counts, once, and unknown until the server shows more', () => {
  const plan = samplePlan(2, 6)
  const [plate] = plan.plates
  assert.ok(plate)
  const counting = createFloor({
    ...plan,
    plates: plan.plates.map((each) => (each === plate ? { ...each, places: 50 } : each)),
  })
  const summary = (free: number, unknown: number): SiteSummary => {
    const ofStates = { free, occupied: 50 - free - unknown, reserved: 0, unknown, closed: 0 }
    const counted = { capacity: 50, ...ofStates, live: 50 - unknown }
    const level = { id: plate.level, name: 'a level', occupancy: counted, counted }
    return { id: plate.site, name: 'a site', zone: 'UTC', occupancy: counted, counted, levels: [level], updated: null }
  }
  const tally = createTally(counting)
  const before = tally.byPlate[code.unknown]
  assert.equal(before, plate.to - plate.from + 50)
  assert.equal(tally.count([summary(30, 5)]), true)
  assert.equal(tally.count([summary(30, 5)]), false)
  assert.ok(tally.replace(new Uint8Array(counting.size).fill(code.occupied)))
  assert.deepEqual(
    [tally.byPlate[code.free], tally.byPlate[code.occupied], tally.byPlate[code.unknown]],
    [30, plate.to - plate.from + 15, 5],
  )
  assert.deepEqual([tally.totals[code.free], tally.totals[code.occupied]], [30, counting.size + 15])
  tally.count([])
  assert.equal(tally.totals[code.free], 30)
})

test('a state this page does not know is unknown, never free', () => {
  const tally = createTally(floor)
  tally.apply([0, code.free, 1, 77])
  assert.equal(tally.states[0], code.free)
  assert.equal(tally.states[1], code.unknown)
})

test('a snapshot of another size is refused and changes nothing', () => {
  const tally = createTally(floor)
  tally.apply([5, code.occupied])
  assert.equal(tally.replace(new Uint8Array(floor.size + 1)), false)
  assert.equal(tally.states[5], code.occupied)
})

test('occupancy counts known, open bays only', () => {
  assert.equal(occupancyRate([1, 2, 1, 90, 6]), 0.75)
  assert.equal(occupancyRate([0, 0, 0, 4, 1]), undefined)
})

test('a closed bay is no capacity, of the whole floor and of its plate', () => {
  const tally = createTally(floor)
  tally.apply([0, code.free, 1, code.closed, 2, code.occupied])
  assert.equal(capacityOf(tally.totals), floor.size - 1)
  const plate = floor.plateOf[1] as number
  const { from, to } = floor.plates[plate] as { from: number; to: number }
  assert.equal(capacityOf(tally.byPlate, plate * stateCount), to - from - 1)
})
