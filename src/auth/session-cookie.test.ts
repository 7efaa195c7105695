import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { readCookie, type Session, sessionKey, signCookie } from './session-cookie.ts'

const key = Buffer.alloc(32, 1)
const session: Session = { name: 'anna', scopes: ['read'], key: 'abc', expires: 1_000 }

async function directory(t: TestContext) {
  const dir = await mkdtemp(path.join(tmpdir(), 'session-'))
  t.after(() => rm(dir, { recursive: true }))
  return dir
}

test('a cookie gives back the session that was signed, until it expires and not at that moment', () => {
  const cookie = signCookie(key, session)
  assert.deepEqual(readCookie(key, cookie, 999), session)
  assert.equal(readCookie(key, cookie, 1_000), undefined)
})

test('a cookie that was changed in one character, or signed with another key, is no session', () => {
  const cookie = signCookie(key, session)
  for (let i = 0; i < cookie.length; i++) {
    const changed = cookie.slice(0, i) + (cookie[i] === 'A' ? 'Q' : 'A') + cookie.slice(i + 1)
    // The last character of base64url holds bits that no byte needs.
    if (i === cookie.length - 1) continue
    assert.equal(readCookie(key, changed, 0), undefined, `character ${i}`)
  }
  assert.equal(readCookie(Buffer.alloc(32, 2), cookie, 0), undefined)
})

test('a session with more scopes cannot be put before a signature of another', () => {
  const [, signature] = signCookie(key, session).split('.')
  const body = Buffer.from(JSON.stringify({ ...session, scopes: ['admin'] })).toString('base64url')
  assert.equal(readCookie(key, `${body}.${signature}`, 0), undefined)
})

test('what is no cookie of this server is no session, and never an error', () => {
  const cookie = signCookie(key, session)
  for (const text of ['', '.', 'a', 'a.b', cookie.replace('.', ''), `${cookie}.x`, `.${cookie}`, 'é.é'])
    assert.equal(readCookie(key, text, 0), undefined, text)
  assert.equal(readCookie(key, signCookie(key, { ...session, name: 'x'.repeat(2_000) }), 0), undefined)
})

test('the key is made once, for its owner alone, and the same at every start', async (t) => {
  const dir = path.join(await directory(t), 'data')
  const made = sessionKey(dir)
  assert.equal(made.length, 32)
  assert.deepEqual(sessionKey(dir), made)
  assert.equal((await stat(path.join(dir, 'session.key'))).mode & 0o777, 0o600)
  assert.deepEqual(await readdir(dir), ['session.key'])
  assert.notDeepEqual(sessionKey(path.join(dir, 'other')), made)
})

test('a key of the wrong length is refused, and the message names the file', async (t) => {
  const dir = await directory(t)
  await writeFile(path.join(dir, 'session.key'), Buffer.alloc(31))
  assert.throws(() => sessionKey(dir), /session\.key is damaged: remove it/)
})
