import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ageText, levelText, lotWord } from './lot-words.ts'

const counts = (free: number, occupied: number, unknown = 0, closed = 0) => ({
  capacity: free + occupied + unknown + closed,
  free,
  occupied,
  reserved: 0,
  unknown,
  closed,
})

test('a lot is called by what is known of it, never free because nothing is known', () => {
  assert.equal(lotWord(counts(50, 50)), 'Free')
  assert.equal(lotWord(counts(5, 95)), 'Nearly full')
  assert.equal(lotWord(counts(0, 95, 5)), 'Full')
  assert.equal(lotWord(counts(0, 0, 40, 2)), 'No data')
  assert.equal(lotWord(counts(0, 0, 0, 3)), 'Closed')
  assert.equal(levelText(counts(5, 95)), '5 free')
  assert.equal(levelText(counts(0, 0, 3)), 'No data')
})

test('an age is written in the largest unit that fits', () => {
  assert.deepEqual([-5, 4_400, 90_000, 7_200_000, 86_400_000, 2e8].map(ageText), [
    '0 s ago',
    '4 s ago',
    '1 min ago',
    '2 h ago',
    'a day ago',
    '2 days ago',
  ])
})
