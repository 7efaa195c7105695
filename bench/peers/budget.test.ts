import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fullLengths, lengthsWithin } from './budget.ts'

const cells = { bursts: 20, kills: 4, outages: 2, cases: 7 }

test('a run of much time is a full run, one of little has every cell as short as it may be', () => {
  assert.deepEqual(lengthsWithin(600, 6, cells), fullLengths)
  assert.deepEqual(lengthsWithin(1, 6, cells), { seconds: 1, killS: 2, outageS: 4 })
})

test('bursts and outages grow with the minutes and shrink with the programs', () => {
  const [twenty, forty] = [lengthsWithin(20, 6, cells), lengthsWithin(40, 6, cells)]
  assert.ok(twenty.seconds < forty.seconds && twenty.outageS < forty.outageS)
  assert.ok(lengthsWithin(20, 2, cells).seconds > twenty.seconds)
})
