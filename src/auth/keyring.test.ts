import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { scopes } from '@baykeeper/contract/vocabulary.ts'
import { instant } from '../lib/brand.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { weakEnvironment } from './environment-keys.ts'
import { type Keyring, openKeyring } from './keyring.ts'

let dir: string
let opened: Keyring[]

async function open(env: Record<string, string> = {}, options: Parameters<typeof openKeyring>[2] = {}) {
  const keyring = await openKeyring(dir, env, options)
  opened.push(keyring)
  return keyring
}

async function until(condition: () => boolean, ms = 1_500) {
  for (const end = Date.now() + ms; !condition(); ) {
    assert.ok(Date.now() < end, 'did not happen in time')
    await systemClock.sleep(20)
  }
}

describe('the keyring', () => {
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'keyring-'))
    opened = []
  })
  afterEach(async () => {
    for (const keyring of opened) keyring[Symbol.dispose]()
    await rm(dir, { recursive: true })
  })

  test('a token opens what it was made for and nothing else', async () => {
    const keyring = await open()
    const token = await keyring.createToken({ name: 'north', kind: 'ingest', time: 'trust' })
    const key = await keyring.createToken({ name: 'north', kind: 'api', scopes: ['read'] })
    assert.match(token, /^bkt_[\w-]{43}$/)
    assert.match(key, /^bka_[\w-]{43}$/)
    assert.deepEqual(keyring.ingest(token), { source: 'north', time: 'trust' })
    assert.deepEqual(keyring.apiKey(key), { name: 'north', scopes: ['read'] })
    assert.equal(keyring.ingest(key), undefined)
    assert.equal(keyring.apiKey(token), undefined)
    for (const wrong of ['', 'bkt_', `${token}x`, token.slice(0, -1), 'é'.repeat(99)])
      assert.equal(keyring.ingest(wrong), undefined)
  })

  test('the file is for its owner alone and holds no token', async () => {
    const keyring = await open()
    const token = await keyring.createToken({ name: 'north', kind: 'ingest' })
    const path = join(dir, 'keys.json')
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    assert.ok(!(await readFile(path, 'utf8')).includes(token.slice(4)))
    assert.deepEqual(await readdir(dir), ['keys.json'])
  })

  test('a name is taken until it is replaced or revoked, and env is reserved', async () => {
    const keyring = await open()
    const first = await keyring.createToken({ name: 'north', kind: 'ingest' })
    await assert.rejects(keyring.createToken({ name: 'north', kind: 'ingest' }), { code: 'E_KEYS_EXISTS' })
    for (const name of ['', 'a b', '../x', 'x'.repeat(65), 'env', '-x'])
      await assert.rejects(keyring.createToken({ name, kind: 'ingest' }), { code: 'E_KEYS_NAME' })
    const second = await keyring.createToken({ name: 'north', kind: 'ingest', replace: true })
    assert.equal(keyring.ingest(first), undefined)
    assert.equal(keyring.ingest(second)?.source, 'north')
    assert.equal(await keyring.revoke('north', 'api'), false)
    assert.equal(await keyring.revoke('north', 'ingest'), true)
    assert.equal(keyring.ingest(second), undefined)
    assert.deepEqual(keyring.list(), [])
  })

  test('what another process adds or revokes counts within a second', async () => {
    const intake = await open()
    const shell = await open()
    const token = await shell.createToken({ name: 'north', kind: 'ingest' })
    await until(() => intake.ingest(token) !== undefined, 1_000)
    await shell.revoke('north', 'ingest')
    await until(() => intake.ingest(token) === undefined, 1_000)
  })

  test('tokens made at the same time by many are all kept', async () => {
    const keyrings = await Promise.all([open(), open(), open()])
    const tokens = await Promise.all(
      Array.from({ length: 12 }, (_, i) => (keyrings[i % 3] as Keyring).createToken({ name: `s${i}`, kind: 'ingest' })),
    )
    const fresh = await open()
    assert.deepEqual(
      tokens.map((token) => fresh.ingest(token)?.source),
      tokens.map((_, i) => `s${i}`),
    )
  })

  test('a lock left behind by a dead process does not keep the keys closed', async () => {
    const path = join(dir, 'keys.json.lock')
    await writeFile(path, '')
    const old = new Date(Date.now() - 60_000)
    await utimes(path, old, old)
    const keyring = await open()
    await keyring.createToken({ name: 'north', kind: 'ingest' })
    assert.equal(keyring.list().length, 1)
  })

  test('garbage in the file is an error that names it, and does not quote it', async () => {
    const path = join(dir, 'keys.json')
    for (const garbage of [
      '',
      '{',
      '[]',
      '{"version":3,"keys":[]}',
      '{"version":1,"keys":[{"kind":"secret-thing"}]}',
      '\0\0',
    ]) {
      await writeFile(path, garbage)
      await assert.rejects(openKeyring(dir, {}), (error: Error & { code: string }) => {
        assert.equal(error.code, 'E_KEYS_FILE')
        assert.ok(error.message.includes(path))
        assert.ok(!error.message.includes('secret-thing'))
        return true
      })
    }
  })

  test('a file damaged later is reported once, and the keys known before stay valid', async () => {
    const problems: string[] = []
    const keyring = await open({}, { onProblem: (error) => problems.push(error.code) })
    const token = await keyring.createToken({ name: 'north', kind: 'ingest' })
    await writeFile(join(dir, 'keys.json'), 'garbage')
    await until(() => problems.length > 0)
    await systemClock.sleep(700)
    assert.deepEqual(problems, ['E_KEYS_FILE'])
    assert.equal(keyring.ingest(token)?.source, 'north')
  })

  test('tokens of the environment count, may be one string, and short ones are refused', async () => {
    const secret = 'correct-horse-battery'
    const keyring = await open({ BAYKEEPER_INGEST_TOKEN: secret, BAYKEEPER_API_KEY: secret })
    assert.deepEqual(keyring.ingest(secret), { source: 'env' })
    assert.deepEqual(keyring.apiKey(secret), { name: 'env', scopes })
    assert.equal(keyring.isEmpty(), false)
    assert.deepEqual(
      keyring.list().map(({ name, origin }) => [name, origin]),
      [
        ['env', 'environment'],
        ['env', 'environment'],
      ],
    )
    assert.deepEqual(weakEnvironment({ BAYKEEPER_API_KEY: 'short' }), [
      'BAYKEEPER_API_KEY has 5 characters: use 16 or more',
    ])
    assert.deepEqual(weakEnvironment({ BAYKEEPER_API_KEY: 'x'.repeat(16) }), [])
  })

  test('the keyring is empty until a token or key exists', async () => {
    const keyring = await open({ BAYKEEPER_API_KEY: 'x'.repeat(16), BAYKEEPER_INGEST_TOKEN: '' })
    assert.equal(keyring.isEmpty(), true)
    await keyring.createToken({ name: 'north', kind: 'ingest' })
    assert.equal(keyring.isEmpty(), false)
  })

  test('an API key reads and no more, until it ends, unless it is made for more', async () => {
    const keyring = await open({}, { clock: at(1_000) })
    const plain = await keyring.createToken({ name: 'plain', kind: 'api' })
    const wide = { scopes: ['layout'], sites: ['south'], expires: instant(2_000) } as const
    const limited = await keyring.createToken({ name: 'limited', kind: 'api', ...wide })
    assert.deepEqual(keyring.apiKey(plain), { name: 'plain', scopes: ['read'] })
    assert.deepEqual(keyring.apiKey(limited), { name: 'limited', scopes: ['layout'], sites: ['south'] })
    const later = await open({}, { clock: at(2_000) })
    assert.deepEqual([later.apiKey(plain)?.name, later.apiKey(limited)], ['plain', undefined])
  })

  test('keys of a file from before the new scopes keep what they could do', async () => {
    const key = (name: string, given: readonly string[]) => ({
      ...{ kind: 'api', name, hash: hash('sha256', name), scopes: given, created: '' },
    })
    const keys = [key('read', ['read']), key('act', ['read', 'operate']), key('all', ['read', 'operate', 'admin'])]
    await writeFile(join(dir, 'keys.json'), JSON.stringify({ version: 1, keys }))
    const keyring = await open()
    const found = (name: string) => keyring.apiKey(name)?.scopes
    assert.deepEqual(found('read'), ['read'])
    assert.deepEqual(found('act'), ['read', 'operate', 'devices'])
    assert.deepEqual(found('all'), ['read', 'operate', 'devices', 'admin'])
    await keyring.createToken({ name: 'new', kind: 'api', scopes: ['read', 'operate'] })
    const again = await open()
    assert.deepEqual(again.apiKey('act')?.scopes, ['read', 'operate', 'devices'])
    assert.deepEqual(again.list().find(({ name }) => name === 'new')?.scopes, ['read', 'operate'])
  })

  const at = (ms: number): Clock => ({ ...systemClock, now: () => instant(ms) })

  test('a setup secret opens once, within the hour, and a newer one ends it', async () => {
    const keyring = await open()
    assert.equal(await keyring.consumeSetup('nothing made yet'), false)
    const first = await keyring.createSetupLink()
    const second = await keyring.createSetupLink()
    assert.equal((await stat(join(dir, 'setup.json'))).mode & 0o777, 0o600)
    assert.equal(await keyring.consumeSetup(first), false)
    assert.equal(await keyring.consumeSetup(second), true)
    assert.equal(await keyring.consumeSetup(second), false)
    const late = await (await open({}, { clock: at(0) })).createSetupLink()
    assert.equal(await (await open({}, { clock: at(3_600_000) })).consumeSetup(late), false)
    assert.equal(await (await open({}, { clock: at(3_599_999) })).consumeSetup(late), true)
    await writeFile(join(dir, 'setup.json'), 'garbage')
    assert.equal(await keyring.consumeSetup(late), false)
  })

  test('of many who race for one setup secret exactly one wins', async () => {
    const keyrings = await Promise.all(Array.from({ length: 4 }, () => open()))
    for (let round = 0; round < 20; round++) {
      const secret = await (keyrings[0] as Keyring).createSetupLink()
      const won = await Promise.all([...keyrings, ...keyrings].map((keyring) => keyring.consumeSetup(secret)))
      assert.equal(won.filter(Boolean).length, 1)
    }
    assert.deepEqual(
      (await readdir(dir)).filter((name) => name.includes('.used')),
      [],
    )
  })

  test('a data directory that cannot be read is an error, not an empty keyring', async (t) => {
    if (process.getuid?.() === 0) return t.skip('runs as root, who may read everything')
    const keyring = await open()
    await keyring.createToken({ name: 'north', kind: 'ingest' })
    await chmod(join(dir, 'keys.json'), 0)
    await assert.rejects(openKeyring(dir, {}), { code: 'E_KEYS_FILE' })
  })
})
