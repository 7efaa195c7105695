import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shownSentence } from './alert-sentences.ts'

const clock = (ms: number) => new Date(ms).toISOString().slice(11, 16)
const german = (text: string) => shownSentence(text, 'de', clock)

test('a sentence is German with its values, and numbers have a comma', () => {
  for (const [english, expected] of [
    ['Bay A-1: parked longer than 120 min.', 'Stellplatz A-1: länger als 120 min geparkt.'],
    ['Bay A-1 is occupied for more than 30 min.', 'Stellplatz A-1 ist seit mehr als 30 min belegt.'],
    [
      'Gateway GW-1 is offline: 1214 devices depend on it.',
      'Gateway GW-1 ist ausgefallen: 1.214 Geräte hängen davon ab.',
    ],
    ['Gateway GW-1 is offline.', 'Gateway GW-1 ist ausgefallen.'],
    [
      'S: 95.5 % taken (191 of 200 known bays are taken, 3 unknown).',
      'S: 95,5 % belegt (191 von 200 bekannten Stellplätzen belegt, 3 unbekannt).',
    ],
    ['d.1: battery_v is 2.75 V, below 3.', 'd.1: Batteriespannung ist 2,75 V, unter 3.'],
    ['Source tcp is down: Error: connect ECONNREFUSED', 'Quelle tcp ist ausgefallen: Error: connect ECONNREFUSED'],
    ['This has ended: The sensors of bay B disagree.', 'Beendet: Die Sensoren von Stellplatz B widersprechen sich.'],
  ] as const)
    assert.deepEqual(german(english), { text: expected, locale: 'de' })
})

test('a moment in a sentence is that of the reader, in every language', () => {
  const text = 'No message of S-1 for more than 7.5 min; the last one came at 2026-11-23T08:00:30.000Z.'
  assert.equal(german(text).text, 'Keine Meldung von S-1 seit mehr als 7,5 min; die letzte kam 08:00.')
  assert.equal(
    shownSentence(text, 'en', clock).text,
    'No message of S-1 for more than 7.5 min; the last one came at 08:00.',
  )
})

test('a name that looks like a part of the sentence stays a name', () => {
  assert.equal(
    german('The clock of a of b is 12 is 90 s ahead of the server.').text,
    'Die Uhr von a of b is 12 geht gegenüber dem Server 90 s vor.',
  )
})

test('text of a person or of another release stays as it is, in English', () => {
  assert.deepEqual(german('Lamp broken.\nCall Jo.'), { text: 'Lamp broken.\nCall Jo.', locale: 'en' })
  assert.deepEqual(german('This has ended: Lamp broken.'), { text: 'This has ended: Lamp broken.', locale: 'en' })
})
