import assert from 'node:assert/strict'
import { test } from 'node:test'
import { normalHardwareId } from './hardware-id.ts'
import { spellingsOf } from './hardware-spellings.ts'

test('every spelling of a hardware id finds every other', () => {
  const all = spellingsOf('70B3D57ED0001A2B')
  assert.ok(
    all.includes('70b3d57ed0001a2b') && all.includes('70:B3:D5:7E:D0:00:1A:2B') && all.includes('70b3-d57e-d000-1a2b'),
  )
  for (const spelling of all) {
    assert.equal(normalHardwareId(spelling), '70B3D57ED0001A2B')
    assert.deepEqual(new Set(spellingsOf(spelling)), new Set(all))
  }
})

test('a name is looked for as it is', () => {
  assert.deepEqual(spellingsOf('dev-A'), ['dev-A'])
})
