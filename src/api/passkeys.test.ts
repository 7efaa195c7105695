/** What of passkeys is the API's: which address can have them, and who may add one. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiUnderTest, signedIn } from './testing/api-under-test.ts'

test('they work on localhost and at the configured address, and not at a number or without TLS', async () => {
  for (const [publicUrl, host, status] of [
    [undefined, 'localhost:8080', 200],
    [undefined, '127.0.0.1:8080', 404],
    ['https://parking.example.org', 'parking.example.org', 200],
    ['http://parking.example.org', 'parking.example.org', 404],
    ['https://192.0.2.7', 'localhost', 404],
  ] as const) {
    await using api = await apiUnderTest({ ...(publicUrl ? { publicUrl } : {}), hosts: ['parking.example.org'] })
    const headers = { host, 'sec-fetch-site': 'same-origin' }
    const options = await api.app.inject({ method: 'POST', url: '/sign-in/passkey/options', headers })
    assert.equal(options.statusCode, status, `${publicUrl} ${host}`)
    const page = await api.app.inject({ url: '/signin', headers: { host } })
    assert.equal(page.body.includes('id="passkey"'), status === 200)
  }
})

test('a page of another site cannot ask for one or sign in with one, and garbage is refused and limited', async () => {
  await using api = await apiUnderTest()
  const post = (url: string, site: string, payload: object = {}) =>
    api.app.inject({ method: 'POST', url, headers: { host: 'localhost', 'sec-fetch-site': site }, payload })
  const response = { id: 'x', rawId: 'x', type: 'public-key', response: {} }
  assert.equal((await post('/sign-in/passkey/options', 'cross-site')).statusCode, 403)
  assert.equal((await post('/sign-in/passkey', 'cross-site', { response })).statusCode, 403)
  const statuses = []
  for (let i = 0; i < 11; i++) statuses.push((await post('/sign-in/passkey', 'same-origin', { response })).statusCode)
  assert.deepEqual([statuses[0], statuses.at(-1)], [401, 429])
})

test('adding one needs the password of the account', async () => {
  await using api = await apiUnderTest()
  const headers = { ...signedIn(api, 'operator'), host: 'localhost' }
  const { people } = api.accounts
  const person = people.byEmail('operator@example.org')
  const begin = (payload: object) =>
    api.app.inject({ method: 'POST', url: '/api/v1/account/passkeys/options', headers, payload })
  const session = api.accounts.sessions.ofPerson(person?.id as string)[0]
  await people.setPassword(person?.id as string, 'seven green bicycles', { name: 'test', address: '' }, session?.hash)
  assert.equal((await begin({})).statusCode, 409)
  assert.equal((await begin({ password: 'wrong' })).statusCode, 409)
  assert.equal((await begin({ password: 'seven green bicycles' })).json().rp.id, 'localhost')
})
