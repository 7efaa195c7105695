import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noteText, type ReportNote, reportNotes, shownNote } from './report-notes.ts'

const sample: Readonly<Record<string, string | number>> = {
  ...{ at: '2026-10-09T12:00:00.000+02:00', day: '2026-10-09', n: 12, days: 28, share: 79.5, first: 30, second: 31.5 },
}

test('every note is read back whole in German, with all its values', () => {
  for (const code of Object.keys(reportNotes) as ReportNote[]) {
    const text = noteText(code, sample as never)
    assert.doesNotMatch(text, /[{}]|undefined/, code)
    const shown = shownNote(text, 'de')
    assert.equal(shown.locale, 'de', code)
    assert.notEqual(shown.text, text, code)
    assert.doesNotMatch(shown.text, /[{}]|undefined/, code)
    assert.equal(shownNote(text, 'en').locale, 'en')
  }
})

test('numbers, days and times of a note are as its language writes them', () => {
  assert.match(shownNote(noteText('low-coverage', { share: 79.5 }), 'de').text, /^Nur 79,5 % /)
  assert.match(shownNote(noteText('stays-kept', { day: '2026-10-09' }), 'de').text, /ab 09\.10\.2026 \(UTC\)/)
  const processed = noteText('processed-to', { at: '2026-10-09T12:00:00.000+02:00' })
  assert.equal(shownNote(processed, 'en').text, 'Processed up to 2026-10-09 12:00: what came later is not known.')
  assert.match(shownNote(processed, 'de').text, /bis 09\.10\.2026 12:00:/)
})

test('a note of another release stays as it is, in English', () => {
  assert.deepEqual(shownNote('Something else.', 'de'), { text: 'Something else.', locale: 'en' })
})
