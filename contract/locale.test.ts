import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chooseLocale } from './locale.ts'

test('the language is chosen by address, then cookie, then the browser', () => {
  assert.equal(chooseLocale('?lang=de', 'lang=en', ['en']), 'de')
  assert.equal(chooseLocale('', 'a=b; lang=de', ['en']), 'de')
  assert.equal(chooseLocale('', '', ['fr-CH', 'de-CH', 'en']), 'de')
  assert.equal(chooseLocale('?lang=xx', '', ['ja']), 'en')
})
