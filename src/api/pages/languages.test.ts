/** The pages that the server writes, in every language: nothing on a page stays in another one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routes } from '@baykeeper/contract/routes.ts'
import { instant } from '../../lib/brand.ts'
import { systemClock } from '../../lib/clock.ts'
import { openApi } from '../openapi.ts'
import { type ApiUnderTest, apiUnderTest, deviceState, layoutOf, storeWith, until } from '../testing/api-under-test.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import { summariesDe, tagsDe } from './reference-de.ts'

const german = { 'accept-language': 'de-CH, en;q=0.8', accept: 'text/html' }
const wrongKey = {
  method: 'POST',
  url: '/signin',
  payload: 'key=wrong',
  headers: { ...german, 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
} as const

/** Every text of a dictionary, those with blanks for one and for many. */
function textsOf(dictionary: object): string[] {
  return Object.values(dictionary).flatMap((value: unknown) => {
    if (typeof value === 'string') return [value]
    if (typeof value === 'function') return [1, 2].map((n) => String(value(n, `${n}`)?.html ?? value(`${n}`)))
    const { html, ...more } = value as { html?: string }
    return html === undefined ? textsOf(more) : [html]
  })
}
/** As they stand between two tags, so that a short word within a longer one does not count. */
const english = textsOf(en)
  .filter((text) => !textsOf(de).includes(text))
  .map((text) => `>${text}<`)

async function inGerman(api: ApiUnderTest, request: string | typeof wrongKey, expected: RegExp): Promise<void> {
  const { body, headers } = await api.app.inject(
    typeof request === 'string' ? { url: request, headers: german } : request,
  )
  const name = typeof request === 'string' ? request : request.url
  assert.match(body, expected, name)
  assert.match(body, /<html lang="de">/, name)
  assert.deepEqual([headers['content-language'], headers.vary], ['de', 'accept-language, cookie'], name)
  // Names of fields are no text.
  const texts = body.replaceAll(/<td><code>[^<]*<\/code>/g, '')
  assert.deepEqual(
    english.filter((text) => texts.includes(text)),
    [],
    name,
  )
}

test('a German browser gets every page of the server in German', async () => {
  await using empty = await apiUnderTest({ urls: { ingest: 'http://127.0.0.1:4711' } })
  await inGerman(empty, '/', /Noch keine Parkplätze/)
  await inGerman(empty, '/desk', /Am Leitstand anmelden/)
  await inGerman(empty, '/setup?key=old', /Dieser Link gilt nicht mehr/)
  await inGerman(empty, '/nothing', /Seite nicht gefunden/)
  await inGerman(empty, '/docs', /Liste von/)
  await inGerman(empty, wrongKey, /Dieser API-Schlüssel ist unbekannt/)
})

test('the lots of the public page are in German, with the digits and ages of the language', async () => {
  await using api = await apiUnderTest({ layout: layoutOf(['A', 'B', 'C', 'D', 'E']) })
  const devices = ['A', 'B', 'C', 'D'].map((id, n) => deviceState(n + 1, id, { rev: 1, occupied: n > 0 }))
  await api.commit({ devices })
  const shown = async () => (await api.app.inject({ url: '/', headers: german })).body
  await until(async () => /von 5 Stellplätzen, 1 unbekannt/.test(await shown()))
  await inGerman(api, '/lot/south', /Ankunft um/)
  await inGerman(api, '/', /<span class="number">1<\/span> <span class="word">Frei<\/span>/)
  assert.match(await shown(), /aktualisiert vor \d s/)
})

test('an outage of the store is reported in German, with the time of the site', async () => {
  let away = false
  let passed = 0
  await using api = await apiUnderTest({
    clock: { ...systemClock, now: () => instant(Date.now() + passed) },
    layout: layoutOf(['A']),
    around: (store) =>
      storeWith(store, {
        devicesSince: (rev, limit) => (away ? Promise.reject(new Error('gone')) : store.devicesSince(rev, limit)),
      }),
  })
  away = true
  passed = 7_200_000
  await inGerman(api, '/', /Live-Daten ausgefallen seit \d\d:\d\d \(Europe\/Berlin\)/)
})

test('a language that the address asks for is kept in a cookie, and the page links to the other one', async () => {
  await using api = await apiUnderTest()
  const asked = await api.app.inject({ url: '/docs?lang=de', headers: { 'accept-language': 'en' } })
  assert.match(asked.body, /<html lang="de">.*<a href="\?lang=en" hreflang="en" lang="en">English<\/a>/s)
  const [cookie = ''] = String(asked.headers['set-cookie']).split(';')
  assert.equal(cookie, 'lang=de')
  const next = await api.app.inject({ url: '/desk', headers: { cookie } })
  assert.match(next.body, /<html lang="de">.*<a href="\/signin\?lang=en"/s)
  assert.equal(next.headers['set-cookie'], undefined)
  assert.match((await api.app.inject('/')).body, /<html lang="en">/)
})

test('in German the reference has a name for each section and each endpoint, and marks what is English', async () => {
  const spec = openApi(Object.values(routes), '1')
  const tags = new Set(
    Object.values(spec.paths).flatMap((methods) => Object.values(methods).flatMap(({ tags }) => tags)),
  )
  assert.deepEqual([...tags].sort(), Object.keys(tagsDe).sort())
  await using api = await apiUnderTest()
  const { body } = await api.app.inject({ url: '/docs', headers: german })
  for (const summary of Object.values(summariesDe)) assert.ok(body.includes(`<span>${summary}</span>`), summary)
  const marked = body.replaceAll(/<span lang="en">(?:[^<]|<\/?code>)*<\/span>/g, '')
  assert.doesNotMatch(marked, /No valid key or session|The input is not valid/)
})
