import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acceptedLanguages, localeOf } from './locale.ts'

test('languages of Accept-Language come by their weight, and one of weight 0 not at all', () => {
  assert.deepEqual(acceptedLanguages('fr;q=0.2, de-CH , en;q=0.9, it;q=0'), ['de-CH', 'en', 'fr'])
  assert.deepEqual(acceptedLanguages('de;q=0.5,en;level=1;Q=0.8'), ['en', 'de'])
  for (const nothing of ['', ',', ';q=1', 'de;q=x']) assert.deepEqual(acceptedLanguages(nothing), [])
})

test('the language is that of the address, else of the cookie, else of the browser, else English', () => {
  const german = { cookie: 'lang=de', 'accept-language': 'de' }
  assert.equal(localeOf({ url: '/?lang=en', headers: german }), 'en')
  assert.equal(localeOf({ url: '/', headers: { ...german, 'accept-language': 'en' } }), 'de')
  assert.equal(localeOf({ url: '/docs', headers: { 'accept-language': 'fr, de;q=0.8, en;q=0.7' } }), 'de')
  assert.equal(localeOf({ url: '/?lang=fr', headers: {} }), 'en')
})
