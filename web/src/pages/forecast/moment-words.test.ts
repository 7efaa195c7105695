import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWords } from '../../i18n/words.ts'
import { forecastDe } from './de.ts'
import { forecastEn } from './en.ts'
import { horizonWord } from './horizon-word.ts'
import type { Outlook } from './lots-ahead.ts'
import { momentWords } from './moment-words.ts'
import { hourMs, quarterMs } from './site-clock.ts'

const origin = Date.UTC(2026, 10, 23, 8)
const now = origin + 60_000
const outlook: Outlook = {
  capacity: 200,
  observed: [
    { at: origin - quarterMs, rate: null },
    { at: origin, rate: 0.5 },
  ],
  ahead: [
    { at: origin + hourMs, served: 'baseline', why: '', widened: 1, rate: [0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9] },
    { at: origin + 2 * hourMs, served: 'withheld', why: 'closed until 12:00', widened: 1, rate: null },
  ],
}
const english = createWords('en').with(forecastEn)
const say = (at: number) => momentWords(english, { outlook, at, now, zone: 'UTC' })

test('a moment is described by its kind: observed, not known, forecast, withheld, or beyond', () => {
  assert.equal(say(origin), '08:00: 50% taken, 100 free (observed)')
  assert.equal(say(origin - quarterMs), '07:45: not known')
  assert.equal(
    say(origin + hourMs),
    '09:00, 59\u00a0min ahead: 70% taken, 80% range 60%–80%; about 60 free (40–80); without network',
  )
  assert.equal(say(origin + 2 * hourMs), '10:00: withheld. closed until 12:00')
  assert.equal(say(origin + 3 * hourMs), '11:00: no forecast')
})

test('a horizon that has come is no forecast any more', () => {
  const late = momentWords(english, { outlook, at: origin + hourMs, now: origin + hourMs, zone: 'UTC' })
  assert.equal(late, '09:00: not known')
})

test('horizons are written at their own precision, in the language of the reader', () => {
  const german = createWords('de').with(forecastDe)
  assert.deepEqual(
    [15, 60, 90, 1_440].map((minutes) => horizonWord(english, minutes)),
    ['15\u00a0min', '1\u00a0h', '1.5\u00a0h', '24\u00a0h'],
  )
  assert.equal(horizonWord(german, 90), '1,5\u00a0h')
})
