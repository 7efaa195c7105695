import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { ingestTokens } from './ingest-tokens.ts'
import { openKeyring } from './keyring.ts'

test('the times of a source are trusted only while the token in force grants it', async (t) => {
  const dir = await mkdtemp(path.join(tmpdir(), 'baykeeper-tokens-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  using keyring = await openKeyring(dir, {})
  const tokens = ingestTokens(keyring, 'demo')
  const trusted = await keyring.createToken({ name: 'history', kind: 'ingest', time: 'trust' })
  assert.deepEqual(tokens.ingest(trusted), { source: 'history', time: 'trust' })
  const before = tokens.version?.()
  const plain = await keyring.createToken({ name: 'history', kind: 'ingest', replace: true })
  assert.notEqual(tokens.version?.(), before)
  assert.deepEqual(tokens.ingest(plain), { source: 'history' })
  assert.equal(tokens.ingest(trusted), undefined)
  assert.deepEqual(tokens.ingest('demo'), { source: 'simulator', time: 'trust' })
  assert.equal(ingestTokens(keyring, undefined).ingest('demo'), undefined)
})
