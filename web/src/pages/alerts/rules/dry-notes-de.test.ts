import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dryNoteInGerman } from './dry-notes-de.ts'

test('notes of a dry run are German with their numbers, and one that is not known stays as it is', () => {
  assert.match(
    dryNoteInGerman('Nothing that this rule watches was known on the last 7 days: it cannot be evaluated.'),
    /^In den letzten 7 Tagen war nichts/,
  )
  assert.match(
    dryNoteInGerman('Occupancy is known by the minute, and by the quarter of an hour where minutes are not stored.'),
    /auf die Viertelstunde/,
  )
  assert.equal(
    dryNoteInGerman('Only the first 500 of 900 bays were evaluated: narrow the scope.'),
    'Nur die ersten 500 von 900 wurden geprüft (Stellplätze): Geltungsbereich einschränken.',
  )
  assert.match(
    dryNoteInGerman('What is stored does not show when the condition of this rule held: it cannot be evaluated.'),
    /^Aus dem Gespeicherten/,
  )
  assert.equal(dryNoteInGerman('A note of another version.'), 'A note of another version.')
})
