import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectText } from './object-words.ts'

test('the kind of an object is in the language of the reader, and its name stays as it is', () => {
  for (const [object, text] of [
    ['user user@example.org', 'Benutzer user@example.org'],
    ['api key board', 'API-Schlüssel board'],
    ['public access north', 'öffentlicher Zugang north'],
    ['public access', 'öffentlicher Zugang'],
    ['bays A-1, A-2', 'Stellplätze A-1, A-2'],
    ['layout', 'Plan'],
    // A name alone, as of who has signed out, is no kind.
    ['userland', 'userland'],
    ['Ada Lovelace', 'Ada Lovelace'],
  ] as const) {
    assert.equal(objectText(object, 'de'), text)
    assert.equal(objectText(object, 'en'), object)
  }
})
