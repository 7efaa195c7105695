/** Passkeys against an authenticator in software, and attacks on them. */
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { instant } from '../lib/brand.ts'
import { systemClock } from '../lib/clock.ts'
import { openAccounts } from './accounts.ts'

const by = { name: 'test', address: '' }
const party = { id: 'parking.example.org', origin: 'https://parking.example.org' }
const start = 1_795_420_800_000

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
const bits = { present: 1, verified: 4, attested: 0x40 }

interface Forged {
  readonly origin?: string
  readonly rpId?: string
  readonly flags?: number
  readonly handle?: string
  readonly counter?: number
}

/** Makes one key and signs with it, also what an honest one would not. */
function authenticator(handle: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = randomBytes(16)
  let uses = 0
  const client = (type: string, challenge: unknown, origin: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  const data = (flags: number, counter: number, rpId: string, rest = Buffer.alloc(0)) => {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    return Buffer.concat([sha256(Buffer.from(rpId)), Buffer.from([flags]), count, rest])
  }
  const names = { id: id.toString('base64url'), rawId: id.toString('base64url'), type: 'public-key' as const }
  return {
    make(
      { challenge }: Readonly<Record<string, unknown>>,
      { origin = party.origin, rpId = party.id, flags }: Forged = {},
    ) {
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, coseOf(publicKey)])
      const forged = data(flags ?? bits.present | bits.verified | bits.attested, 0, rpId, attested)
      const object = Buffer.concat([
        Buffer.from('a363666d74646e6f6e656761747453746d74a0686175746844617461', 'hex'),
        Buffer.from([0x58, forged.length]),
        forged,
      ])
      const clientDataJSON = client('webauthn.create', challenge, origin).toString('base64url')
      const response = { clientDataJSON, attestationObject: object.toString('base64url'), transports: ['internal'] }
      return { ...names, response, clientExtensionResults: {} } as RegistrationResponseJSON
    },
    sign({ challenge }: Readonly<Record<string, unknown>>, forged: Forged = {}) {
      const { origin = party.origin, rpId = party.id, flags = bits.present | bits.verified } = forged
      const authData = data(flags, forged.counter ?? ++uses, rpId)
      const clientData = client('webauthn.get', challenge, origin)
      const signature = sign('sha256', Buffer.concat([authData, sha256(clientData)]), privateKey)
      const text = (bytes: Buffer) => bytes.toString('base64url')
      const response = {
        ...{ authenticatorData: text(authData), clientDataJSON: text(clientData), signature: text(signature) },
        userHandle: text(Buffer.from(forged.handle ?? handle)),
      }
      return { ...names, response, clientExtensionResults: {} } as AuthenticationResponseJSON
    },
  }
}

function coseOf(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const [left, right] = [x, y].map((part) => Buffer.from(part, 'base64url')) as [Buffer, Buffer]
  return Buffer.concat([Buffer.from('a5010203262001215820', 'hex'), left, Buffer.from('225820', 'hex'), right])
}

async function withPeople() {
  const dir = await mkdtempDisposable(join(tmpdir(), 'passkeys-'))
  const place = { ms: 0 }
  const accounts = openAccounts(dir.path, { ...systemClock, now: () => instant(start + place.ms) })
  const added = (name: string) =>
    accounts.people.add({ name, email: `${name}@example.org`, role: 'operator', sites: undefined }, by)
  const ada = added('ada')
  const device = authenticator(ada.id)
  return {
    ...{ accounts, passkeys: accounts.passkeys, place, ada, eve: added('eve'), device },
    async enrol() {
      const made = device.make(await accounts.passkeys.registration(ada, party))
      return await accounts.passkeys.register(ada, party, { name: 'Phone', response: made }, by)
    },
    async [Symbol.asyncDispose]() {
      accounts[Symbol.dispose]()
      await dir[Symbol.asyncDispose]()
    },
  }
}

test('a passkey is added and signs its person in, and one that is removed does not', async () => {
  await using under = await withPeople()
  const { passkeys, ada, eve, device } = under
  const key = await under.enrol()
  assert.equal(key?.name, 'Phone')
  assert.equal(await passkeys.signedBy(party, device.sign(await passkeys.request(party))), ada.id)
  assert.equal(passkeys.ofPerson(ada.id)[0]?.used, start)
  assert.equal(passkeys.remove(eve, key?.id as string, by), false)
  assert.equal(passkeys.remove(ada, key?.id as string, by), true)
  assert.equal(await passkeys.signedBy(party, device.sign(await passkeys.request(party))), undefined)
})

test('an answer counts once, for five minutes, and for what it was asked for', async () => {
  await using under = await withPeople()
  const { passkeys, ada, device, place } = under
  await under.enrol()
  const signed = device.sign(await passkeys.request(party))
  assert.equal(await passkeys.signedBy(party, signed), ada.id)
  assert.equal(await passkeys.signedBy(party, signed), undefined)
  const old = device.sign(await passkeys.request(party))
  place.ms += 300_000
  assert.equal(await passkeys.signedBy(party, old), undefined)
  assert.equal(await passkeys.signedBy(party, device.sign(await passkeys.registration(ada, party))), undefined)
  assert.equal(
    await passkeys.signedBy(party, device.sign({ challenge: randomBytes(56).toString('base64url') })),
    undefined,
  )
})

test('an answer of another address, without its owner, of another person or of a copied key is refused', async () => {
  await using under = await withPeople()
  const { passkeys, ada, eve, device } = under
  await under.enrol()
  const stranger = authenticator(ada.id)
  const signed = async (forged: Forged, by = device) =>
    passkeys.signedBy(party, by.sign(await passkeys.request(party), forged))
  assert.equal(await signed({ counter: 9 }), ada.id)
  for (const forged of [
    { origin: 'https://parking.example.org.evil.example' },
    { origin: 'http://parking.example.org' },
    { rpId: 'evil.example' },
    { flags: bits.present },
    { flags: 0 },
    { handle: eve.id },
    { counter: 9 },
    { counter: 3 },
  ])
    assert.equal(await signed({ counter: 99, ...forged }), undefined, JSON.stringify(forged))
  const forged = { ...stranger.sign(await passkeys.request(party)), id: passkeys.ofPerson(ada.id)[0]?.id as string }
  assert.equal(await passkeys.signedBy(party, forged), undefined)
  assert.equal(await signed({ counter: 10 }), ada.id)
})

test('a key for another person, address or without its owner is not added, and none twice', async () => {
  await using under = await withPeople()
  const { passkeys, ada, eve, device } = under
  const refused = async (who: typeof ada, forged: Forged = {}, of = ada) =>
    (await passkeys.register(
      who,
      party,
      { name: 'x', response: device.make(await passkeys.registration(of, party), forged) },
      by,
    )) === undefined
  assert.ok(await refused(eve, {}, ada))
  assert.ok(await refused(ada, { origin: 'https://evil.example' }))
  assert.ok(await refused(ada, { rpId: 'evil.example' }))
  assert.ok(await refused(ada, { flags: bits.present | bits.attested }))
  assert.ok(await under.enrol())
  assert.ok(await refused(eve, {}, eve))
  assert.deepEqual([passkeys.ofPerson(ada.id).length, passkeys.ofPerson(eve.id).length], [1, 0])
})
