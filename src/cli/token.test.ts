import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openKeyring } from '../auth/keyring.ts'
import { tokenCreate } from './token.ts'

test('a token cannot be made under the name of a source of the server, and nothing is kept of the try', async () => {
  const data = await mkdtemp(join(tmpdir(), 'token-'))
  try {
    for (const source of ['tcp', 'udp', 'mqtt', 'http', 'serial', 'simulator', 'desk', 'mqtt-1'])
      await assert.rejects(tokenCreate({ data, source, json: true }), { exitCode: 2, message: /reserved/ })
    using keyring = await openKeyring(data, {})
    assert.deepEqual(keyring.list(), [])
  } finally {
    await rm(data, { recursive: true, force: true })
  }
})

test('a token cannot be made under a name that the configuration gives a source, that of the built-in broker included', async () => {
  const data = await mkdtemp(join(tmpdir(), 'token-'))
  try {
    const config = join(data, 'baykeeper.yaml')
    await writeFile(config, 'mqtt: { name: yard }\nserial: [{ path: /dev/a, name: gate }]\n')
    for (const source of ['yard', 'Gate'])
      await assert.rejects(tokenCreate({ config, data, source, json: true }), { exitCode: 2, message: /configuration/ })
  } finally {
    await rm(data, { recursive: true, force: true })
  }
})
