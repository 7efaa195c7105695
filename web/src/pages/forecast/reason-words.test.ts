import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ForecastReason, forecastReasons, joinReasons, reasonText } from '@baykeeper/contract/forecast-reasons.ts'
import { de } from '../../i18n/de.ts'
import { createWords } from '../../i18n/words.ts'
import { forecastDe } from './de.ts'
import { forecastEn } from './en.ts'
import { reasonWords } from './reason-words.ts'

const english = createWords('en').with(forecastEn)
const german = createWords('de', de).with(forecastDe)
const zone = 'Europe/Berlin'

test('several reasons are shown in the language, with its digits', () => {
  const why = joinReasons(reasonText('drift-loss', { times: '3.10' }), reasonText('state-old', { n: 1_200 }))
  assert.deepEqual(reasonWords(german, why, zone), {
    text: 'der Pinball-Verlust dieser Woche ist 3,10-mal so groß wie der von vier Wochen; der Stand ist 1.200 Minuten alt',
  })
  assert.equal(
    reasonWords(english, why, zone).text,
    "this week's pinball loss is 3.10 times that of four weeks; state is 1,200 minutes old",
  )
})

test('the end of a closure is in the time of the site, and its note is translated where it is known', () => {
  const to = '2026-11-24T06:00:00.000Z'
  const known = reasonText('closed-until-note', { to, note: reasonText('outside-hours', {}) })
  assert.equal(reasonWords(german, known, zone).text, 'geschlossen bis 24. Nov., 07:00 (außerhalb der Öffnungszeiten)')
  const own = reasonText('closed-until-note', { to, note: 'works (east side)' })
  assert.equal(reasonWords(english, own, zone).text, 'closed until Nov 24, 07:00 (works (east side))')
})

test('a reason of another release is shown as it was sent, and marked as English', () => {
  assert.deepEqual(reasonWords(german, 'it was better', zone), { text: 'it was better', lang: 'en' })
})

test('every reason has a German text of its own', () => {
  const codes = Object.keys(forecastReasons) as ForecastReason[]
  const texts = codes.map((code) => forecastDe[`reason_${code}`])
  assert.equal(new Set(texts).size, codes.length)
  for (const [i, code] of codes.entries()) assert.notEqual(texts[i], forecastReasons[code])
})
