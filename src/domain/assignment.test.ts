import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assignmentsOf } from './assignment.ts'
import type { DeviceId } from './reading.ts'

const bays = [
  { id: 'A', devices: ['dev-a', 'dev-a2'] },
  { id: 'B', devices: ['70:b3:d5:7e:d0:00:1a:2b'] },
  { id: 'C', devices: [] },
  { id: 'aabbccddeeff0011', devices: [] },
]
const device = (external: string, claimedBay: string | null = null) => ({ external: external as DeviceId, claimedBay })
const { bayOf, conflictOf } = assignmentsOf(bays)
const both = (...named: Parameters<typeof device>) => [bayOf(device(...named)), conflictOf(device(...named))]

describe('which bay a device watches', () => {
  test('an assignment wins over a device that is named like the bay or claims it, and the conflict is named', () => {
    assert.deepEqual(both('dev-a'), ['A', undefined])
    assert.deepEqual(both('A'), [undefined, 'A'])
    assert.deepEqual(both('stranger', 'A'), [undefined, 'A'])
  })

  test('a device that names a bay without an assignment watches it', () => {
    assert.deepEqual(both('C'), ['C', undefined])
    assert.deepEqual(both('stranger', 'C'), ['C', undefined])
    assert.deepEqual(both('C', 'nowhere'), ['C', undefined])
    assert.deepEqual(both('stranger', 'nowhere'), [undefined, undefined])
  })

  test('a claim outranks the name, also one that is not accepted', () => {
    assert.deepEqual(both('C', 'A'), [undefined, 'A'])
  })

  test('an assigned device that claims another bay stays where it is assigned, and the conflict is named', () => {
    assert.deepEqual(both('dev-a', 'C'), ['A', 'C'])
    assert.deepEqual(both('dev-a', 'A'), ['A', undefined])
  })

  test('an assigned device whose id is also the name of another bay is in no conflict', () => {
    const crossed = assignmentsOf([
      { id: '1', devices: ['2'] },
      { id: '2', devices: ['1'] },
    ])
    assert.equal(crossed.bayOf(device('1')), '2')
    assert.equal(crossed.conflictOf(device('1')), undefined)
  })

  test('a hardware id is the same in every spelling', () => {
    for (const spelling of ['70B3D57ED0001A2B', '70b3d57ed0001a2b', '70-B3-D5-7E-D0-00-1A-2B'])
      assert.deepEqual(both(spelling), ['B', undefined])
    assert.deepEqual(both('AABBCCDDEEFF0011'), ['aabbccddeeff0011', undefined])
    assert.deepEqual(both('stranger', 'AA:BB:CC:DD:EE:FF:00:11'), ['aabbccddeeff0011', undefined])
  })

  test('a name that is no hardware id keeps its spelling', () => {
    assert.deepEqual(both('DEV-A'), [undefined, undefined])
  })
})
