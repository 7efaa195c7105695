import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { createCommandKey } from './command-key.ts'
import { openKeyring } from './keyring.ts'

test('a command has its own key, and one that a killed command left is taken away', async () => {
  using keyring = await openKeyring(await mkdtemp(path.join(os.tmpdir(), 'command-key-')), {})
  const ended = spawnSync(process.execPath, ['--version']).pid
  const left = await keyring.createToken({ name: `command-line.somebody.${ended}`, kind: 'api' })
  const living = await keyring.createToken({ name: `command-line.somebody.${process.ppid}`, kind: 'api' })
  const kept = await keyring.createToken({ name: 'board', kind: 'api' })
  const { name, key } = await createCommandKey(keyring)
  assert.equal(keyring.apiKey(key)?.name, name)
  assert.equal(keyring.apiKey(left), undefined)
  assert.ok(keyring.apiKey(living))
  assert.ok(keyring.apiKey(kept))
})
