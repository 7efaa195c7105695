import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FastifyRequest } from 'fastify'
import { relyingParty } from './relying-party.ts'

test('the usual port and a slash at the end of publicUrl change nothing of the origin that a browser signs for', () => {
  const asked = { headers: { host: '127.0.0.1:8080' } } as FastifyRequest
  const expected = { id: 'parking.example.org', origin: 'https://parking.example.org' }
  for (const url of ['https://parking.example.org', 'https://parking.example.org/', 'https://PARKING.example.org:443'])
    assert.deepEqual(relyingParty(url, asked), expected, url)
  for (const url of ['https://192.0.2.7', 'https://[2001:db8::7]', 'http://parking.example.org'])
    assert.equal(relyingParty(url, asked), undefined, `${url} can have no passkeys`)
})
