import assert from 'node:assert/strict'
import { test } from 'node:test'
import { de } from '../i18n/de.ts'
import { en } from '../i18n/en.ts'
import { createWords } from '../i18n/words.ts'
import { measureRows } from './measure-words.ts'

const device = { battery_v: 3.58, temperature_c: 21.44, count_in: 1_200 }

test('each measure of a device is a row with its unit, but the battery, which has its own', () => {
  const rows = measureRows(createWords('en', en), device, [])
  assert.deepEqual(
    rows.map(({ label, text }) => [label, text]),
    [
      ['Entries', '1,200'],
      ['Temperature', '21.4 °C'],
    ],
  )
  assert.deepEqual(
    measureRows(createWords('de', de), device, []).map(({ label, text }) => [label, text]),
    [
      ['Einfahrten', '1.200'],
      ['Temperatur', '21,4 °C'],
    ],
  )
})

test('the course of a charted measure leaves out readings without it', () => {
  const readings = [{ temperature_c: 20 }, {}, { temperature_c: 21, count_in: 7 }]
  const courses = measureRows(createWords('en', en), device, readings).map(({ name, course }) => [name, course])
  assert.deepEqual(courses, [
    ['count_in', []],
    ['temperature_c', [20, 21]],
  ])
})
