import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { code, stateCount } from '../bay-state.ts'
import { createFloor } from '../plan/floor.ts'
import { samplePlan } from '../plan/sample-plan.ts'
import { createTally, occupancyRate } from './tally.ts'

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
