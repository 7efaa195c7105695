import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasNumber, lotState, lotWords } from './lot-words.ts'
import { locales, lotStates } from './vocabulary.ts'

const counts = (free: number, occupied: number, unknown = 0, closed = 0) => ({
  capacity: free + occupied + unknown,
  free,
  occupied,
  reserved: 0,
  unknown,
  closed,
})
const [en, de] = [lotWords('en'), lotWords('de')]

test('a lot is called by what is known of it, never free because nothing is known', () => {
  assert.equal(lotState(counts(50, 50)), 'free')
  assert.equal(lotState(counts(5, 95)), 'nearly-full')
  assert.deepEqual(
    [lotState(counts(4, 56)), lotState(counts(40, 560)), lotState(counts(4, 6))],
    ['nearly-full', 'free', 'free'],
  )
  assert.equal(lotState(counts(0, 95, 5)), 'full')
  assert.equal(lotState(counts(0, 0, 40, 2)), 'no-data')
  assert.equal(lotState(counts(0, 0, 0, 3)), 'closed')
  assert.deepEqual([lotState(counts(40, 40, 20)), lotState(counts(40, 39, 21))], ['free', 'partly-known'])
  assert.deepEqual(lotStates.filter(hasNumber), ['free', 'nearly-full', 'full'])
  assert.deepEqual([en.level(counts(5, 95)), de.level(counts(5, 95))], ['5 free', '5 frei'])
  assert.deepEqual([en.level(counts(0, 0, 3)), de.level(counts(0, 0, 3))], ['No data', 'Keine Daten'])
})

test('bays are counted in the plural of the language, with its digits, and unknown ones are named', () => {
  assert.deepEqual([en.ofBays(counts(1, 0)), de.ofBays(counts(1, 0))], ['of 1 bay', 'von 1 Stellplatz'])
  const many = counts(2_000, 500, 100)
  assert.equal(en.ofBays(many), 'of 2,600 bays, 100 unknown')
  assert.equal(de.ofBays(many), 'von 2.600 Stellplätzen, 100 unbekannt')
  assert.equal(en.ofBays(counts(29, 0, 11)), 'of 40 bays, 11 unknown; at least 29 free')
  const closed = counts(3, 1, 0, 2)
  assert.deepEqual(
    [en.ofBays(closed), de.ofBays(closed)],
    ['of 4 bays, 2 closed', 'von 4 Stellplätzen, 2 außer Betrieb'],
  )
})

test('all lots are the sum of each, and no data where none has any', () => {
  const sites = [counts(3, 1, 2), counts(38, 60, 2, 1)]
  assert.equal(en.total(sites), 'All lots: 41 free of 106 bays, 4 unknown, 1 closed')
  assert.equal(de.total(sites), 'Alle Anlagen: 41 frei von 106 Stellplätzen, 4 unbekannt, 1 außer Betrieb')
  assert.equal(en.total([counts(0, 0, 3), counts(0, 0, 1)]), 'All lots: No data')
})

test('an age is written in the largest unit that fits', () => {
  const ages = [-5, 4_400, 90_000, 7_200_000, 86_400_000, 2e8]
  assert.deepEqual(
    ages.map((ms) => en.ago(ms)),
    ['0 s ago', '4 s ago', '1 min ago', '2 h ago', '1 day ago', '2 days ago'],
  )
  assert.deepEqual(
    ages.map((ms) => de.ago(ms).replaceAll('\u00a0', ' ')),
    ['vor 0 s', 'vor 4 s', 'vor 1 min', 'vor 2 h', 'vor 1 Tag', 'vor 2 Tagen'],
  )
})

test('a time is of the site, in 24 hours, in every language', () => {
  const at = Date.UTC(2026, 10, 23, 23, 5)
  for (const locale of locales) {
    assert.equal(lotWords(locale).minute(at), '23:05')
    assert.equal(lotWords(locale).minute(at, 'Europe/Berlin'), '00:05')
  }
})

test('no language calls two states of a lot the same', () => {
  for (const words of [en, de])
    assert.equal(new Set(lotStates.map((state) => words.state(state))).size, lotStates.length)
})
