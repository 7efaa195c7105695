import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Damage } from '../journal/journal.ts'
import { damageLosses, mergeCheckpointFacts } from './checkpoint-facts.ts'

const now = Date.parse('2026-11-23T08:00:00Z')
const damage: Damage = {
  ...{ segment: 'ab-1.segment', fromRecord: 12, toRecord: 14, bytes: 90, offset: 4_096, frames: 7 },
  reason: 'the bytes are no valid records',
}

test('damage is a loss with its records, its frames and the place of its bytes', () => {
  const [loss] = damageLosses(damage, now)
  assert.deepEqual([loss?.cause, loss?.source, loss?.id, loss?.frames], ['journal-damage', 'journal', '12', 7])
  assert.equal(
    loss?.detail,
    'Records 12 to 14 of segment ab-1.segment cannot be read back: the bytes are no valid records. The 90 bytes are kept in journal/damaged/ab-1.segment-4096-90.',
  )
})

test('frames that cannot be counted are unknown, not 0; a torn end is no loss unless frames were in it', () => {
  const unknown = { ...damage, frames: 0, reason: 'the records are missing; how many frames is unknown' }
  assert.equal(damageLosses(unknown, now)[0]?.frames, null)
  assert.equal(damageLosses({ ...damage, frames: 0 }, now)[0]?.frames, 0)
  assert.deepEqual(damageLosses({ ...unknown, torn: true }, now), [])
  assert.equal(damageLosses({ ...damage, torn: true }, now).length, 1)
})

test('a range whose segment is gone is reported with nothing left of it', () => {
  const [loss] = damageLosses({ ...damage, segment: '', bytes: 0, toRecord: 12 }, now)
  assert.match(loss?.detail ?? '', /^Record 12 cannot be read back: .* No bytes of them are left\.$/)
})

test('of several checkpoints in one batch the last one counts', () => {
  const day = { source: 'http', day: '2026-11-23', received: 1, accepted: 1, refused: 0, unframeable: 0 }
  const losses = damageLosses(damage, now)
  const one = mergeCheckpointFacts([
    { losses, intakeDays: [day] },
    { losses: losses.map((loss) => ({ ...loss, frames: 8 })), intakeDays: [{ ...day, received: 2 }] },
  ])
  assert.deepEqual([one.losses.map(({ frames }) => frames), one.intakeDays.map(({ received }) => received)], [[8], [2]])
})
