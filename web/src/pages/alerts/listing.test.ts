import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '@baykeeper/contract/alerts.ts'
import fc from 'fast-check'
import { applied, between, emptyListing, fits, held, type Listing, neighbour } from './listing.ts'
import { sampleAlert } from './testing/sample-alert.ts'

const alerts = (...ids: string[]): Alert[] => ids.map((id) => sampleAlert({ id }))
const idsOf = ({ rows }: Listing) => rows.map(({ alert }) => alert.id)
const nothing: ReadonlySet<string> = new Set()

test('new alerts stand before those that have cleared, each in the order of the server', () => {
  const list = [
    sampleAlert({ id: 'a', state: 'returned' }),
    sampleAlert({ id: 'b' }),
    sampleAlert({ id: 'c', state: 'returned' }),
    sampleAlert({ id: 'd' }),
  ]
  assert.deepEqual(idsOf(applied(list)), ['b', 'd', 'a', 'c'])
})

test('while the list is held an arrival waits, and is shown when the reader asks', () => {
  const before = applied(alerts('a', 'b'))
  const after = held(before, alerts('new', 'a', 'b'), nothing)
  assert.deepEqual(idsOf(after), ['a', 'b'])
  assert.equal(after.added, 1)
  assert.equal(after.isBehind, true)
  assert.deepEqual(idsOf(applied(after.newest)), ['new', 'a', 'b'])
})

test('what has left the list stays marked in its place, unless the reader acted on it', () => {
  const before = applied(alerts('a', 'b', 'c'))
  const after = held(before, alerts('c'), new Set(['b']))
  assert.deepEqual(idsOf(after), ['a', 'c'])
  assert.deepEqual(
    after.rows.map(({ gone }) => gone),
    [true, false],
  )
})

test('a row that clears while the list is held keeps its place with its new state', () => {
  const before = applied(alerts('a', 'b'))
  const cleared = sampleAlert({ id: 'a', state: 'returned' })
  const after = held(before, [sampleAlert({ id: 'b' }), cleared], nothing)
  assert.deepEqual(idsOf(after), ['a', 'b'])
  assert.deepEqual([after.rows[0]?.section, after.rows[0]?.alert.state], ['unacknowledged', 'returned'])
  assert.equal(after.isBehind, true)
})

test('an empty list holds nothing: the first alert is shown at once', () => {
  assert.deepEqual(idsOf(held(emptyListing, alerts('a'), nothing)), ['a'])
})

test('no answer moves a row of a held list that stays in it, or shows one twice', () => {
  const ids = fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { maxLength: 8 })
  fc.assert(
    fc.property(ids, fc.array(ids, { maxLength: 5 }), (first, answers) => {
      let listing = applied(alerts(...first))
      for (const answer of answers) {
        const before = idsOf(listing)
        listing = held(listing, alerts(...answer), nothing)
        if (before.length > 0) assert.deepEqual(idsOf(listing), before)
        const shown = new Set(idsOf(listing))
        assert.equal(shown.size, listing.rows.length)
        assert.equal(listing.added, answer.filter((id) => !shown.has(id)).length)
        assert.deepEqual(new Set(idsOf(applied(listing.newest))), new Set(answer))
      }
    }),
  )
})

test('a range goes from where the reader selected last, in both directions', () => {
  const { rows } = applied(alerts('a', 'b', 'c', 'd'))
  assert.deepEqual(between(rows, 'b', 'd'), ['b', 'c', 'd'])
  assert.deepEqual(between(rows, 'c', 'a'), ['a', 'b', 'c'])
  assert.deepEqual(between(rows, undefined, 'c'), ['c'])
  assert.deepEqual(between(rows, 'gone', 'c'), ['c'])
  assert.deepEqual(between(rows, 'a', 'gone'), [])
})

test('after rows have left, the reader goes on in the next one, or in the last', () => {
  const { rows } = applied(alerts('a', 'b', 'c'))
  assert.equal(neighbour(rows, 'a', new Set(['a', 'b'])), 'c')
  assert.equal(neighbour(rows, 'c', new Set(['c'])), 'b')
  assert.equal(neighbour(rows, 'a', new Set(['a', 'b', 'c'])), undefined)
})

test('a filter finds each of its parts in title, place, sentence or person', () => {
  const alert = sampleAlert({ id: 'a', subject_id: 'RIV-3021', site: 'riverside', owner: 'Jonas Wirth' })
  assert.equal(fits(alert, 'riv jonas', 'Overstay'), true)
  assert.equal(fits(alert, 'OVERSTAY', 'Overstay'), true)
  assert.equal(fits(alert, 'riv aylin', 'Overstay'), false)
})
